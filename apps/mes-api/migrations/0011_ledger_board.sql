-- What the board shows of an order, for who audits (packages/ledger/docs/views.md): a move that was taken and is not shown is found there.
CREATE VIEW ledger.mes_board AS
SELECT order_id, 'mes.board'::text AS hop, NULL::uuid AS message_id, seq || ' ' || status AS state, changed_at AS at
FROM order_status;

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bezel_audit') THEN
    GRANT SELECT ON ledger.mes_board TO bezel_audit;
  END IF;
END $$;

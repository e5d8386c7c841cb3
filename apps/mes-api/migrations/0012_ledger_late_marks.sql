-- The orders that the board has marked as late, for who audits (packages/ledger/docs/views.md): a delay that was taken and is not
-- marked is found there, beside what the board shows (ledger.mes_board). One row a mark, its state the move whose status is late:
-- few orders are, and the index `order_status_late` has these and no other.
CREATE VIEW ledger.mes_late_mark AS
SELECT order_id, 'mes.late-mark'::text AS hop, NULL::uuid AS message_id, late_seq::text AS state, changed_at AS at
FROM order_status WHERE late_seq IS NOT NULL;

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bezel_audit') THEN
    GRANT SELECT ON ledger.mes_late_mark TO bezel_audit;
  END IF;
END $$;

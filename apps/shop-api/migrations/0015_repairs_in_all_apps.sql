-- Repairs that bring a message to where it belongs: published again from the outbox it was written to, entered by who took it and
-- does not show it. Only added to: a process of the release before asks for none of them, and fails at what it does not know without
-- effect, which leaves it to one of this release.
--
-- Constraints that allow more are checked against no row. Should a transaction hold the table for long, this gives up instead of
-- making everybody queue behind it, and is tried again.
SET LOCAL lock_timeout = '10s';

ALTER TABLE order_repair
  -- What the kind needs besides: where a message lies in its outbox, or an event as it was told.
  ADD COLUMN details json,
  DROP CONSTRAINT order_repair_kind_check,
  --   publish-again  publish the message again, from its place in the outbox of the app that wrote it
  --   project-again  have the event entered by who took it and does not show it
  ADD CONSTRAINT order_repair_kind_known
    CHECK (kind IN ('run-workflow', 'tell-fact', 'redrive', 'publish-again', 'project-again')) NOT VALID,
  DROP CONSTRAINT order_repair_check,
  ADD CONSTRAINT order_repair_of_message
    CHECK ((kind IN ('tell-fact', 'publish-again', 'project-again')) = (message_id IS NOT NULL)) NOT VALID,
  ADD CONSTRAINT order_repair_detailed
    CHECK ((kind IN ('publish-again', 'project-again')) = (details IS NOT NULL)) NOT VALID;

-- What was carried out of an order, for who audits (packages/ledger/docs/views.md): it explains why a message came late.
CREATE VIEW ledger.shop_repair AS
SELECT order_id, 'shop.repair'::text AS hop, message_id, kind AS state, ended_at AS at
FROM order_repair WHERE state = 'done';

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bezel_audit') THEN
    GRANT SELECT ON ledger.shop_repair TO bezel_audit;
  END IF;
END $$;

-- Generated from packages/order-workflow/src/lifecycle/stages.ts by `npm run generate`. Do not edit.
--
-- Every constraint of the stage contract, whole: the one of before is dropped and this one takes its place in the same
-- transaction. NOT VALID: it holds for every row written from now on, no row is read, and rows of before keep a status or a
-- move that the contract no longer has. Should a transaction hold a table for long, this gives up instead of making everybody
-- queue behind it, and is tried again.
SET LOCAL lock_timeout = '10s';

ALTER TABLE order_history
  DROP CONSTRAINT IF EXISTS order_history_allowed,
  ADD CONSTRAINT order_history_allowed CHECK (
    CASE
      WHEN from_status IS NULL THEN to_status = 'SUBMITTED'
      ELSE (from_status, to_status) IN (
        ('SUBMITTED', 'PRICING'),
        ('SUBMITTED', 'CANCELLED'),
        ('PRICING', 'PRICED'),
        ('PRICING', 'REJECTED'),
        ('PRICING', 'CANCELLED'),
        ('PRICED', 'APPROVED'),
        ('PRICED', 'CANCELLED'),
        ('APPROVED', 'IN_MANUFACTURING'),
        ('APPROVED', 'CANCELLED'),
        ('IN_MANUFACTURING', 'MANUFACTURING_COMPLETED'),
        ('IN_MANUFACTURING', 'CANCELLED'),
        ('MANUFACTURING_COMPLETED', 'PACKED'),
        ('MANUFACTURING_COMPLETED', 'CANCELLED'),
        ('PACKED', 'SHIPPED'),
        ('PACKED', 'CANCELLED'),
        ('SHIPPED', 'DELIVERED')
      )
    END
  ) NOT VALID;

ALTER TABLE order_refused_fact
  DROP CONSTRAINT IF EXISTS order_refused_fact_status,
  ADD CONSTRAINT order_refused_fact_status CHECK (
    status IN (
      'SUBMITTED',
      'PRICING',
      'PRICED',
      'APPROVED',
      'IN_MANUFACTURING',
      'MANUFACTURING_COMPLETED',
      'PACKED',
      'SHIPPED',
      'DELIVERED',
      'CANCELLED',
      'REJECTED'
    )
  ) NOT VALID;

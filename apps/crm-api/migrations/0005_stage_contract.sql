-- Generated from packages/order-workflow/src/lifecycle/stages.ts by `npm run generate`. Do not edit.
--
-- Every constraint of the stage contract, whole: the one of before is dropped and this one takes its place in the same
-- transaction. NOT VALID: it holds for every row written from now on, no row is read, and rows of before keep a status or a
-- move that the contract no longer has. Should a transaction hold a table for long, this gives up instead of making everybody
-- queue behind it, and is tried again.
SET LOCAL lock_timeout = '10s';

ALTER TABLE order_view
  DROP CONSTRAINT IF EXISTS order_view_status_known,
  ADD CONSTRAINT order_view_status_known CHECK (
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

ALTER TABLE order_move
  DROP CONSTRAINT IF EXISTS order_move_status_known,
  ADD CONSTRAINT order_move_status_known CHECK (
    to_status IN (
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

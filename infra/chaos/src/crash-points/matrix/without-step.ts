/**
 * Moves of the stage contract that no step of the matrix makes, as `<from> <on>`, and why. A test holds these and the steps
 * against the contract: a new move is in one of them.
 */
export const MOVES_WITHOUT_STEP: Readonly<Record<string, string>> = {
  'SUBMITTED cancellation-requested': 'as in "cancel", without a work order to withdraw',
  'PRICING cancellation-requested': 'as in "cancel", without a work order to withdraw',
  'PRICED cancellation-requested': 'as in "cancel", without a work order to withdraw',
  'IN_MANUFACTURING cancellation-requested': 'as in "cancel": the same withdrawal, of a work order that was begun',
  'MANUFACTURING_COMPLETED cancellation-requested':
    'as in "cancel": the same withdrawal, of a work order that was begun',
  'PACKED cancellation-requested': 'as in "cancel": the same withdrawal, of a work order that was begun',
};

/** Messages about orders that no step writes, and why. */
export const MESSAGES_WITHOUT_STEP: Readonly<Record<string, string>> = {
  'shop.publishing-asked': 'another repair, asked, carried out and told as the one in "repair"',
  'shop.projecting-asked': 'another repair, asked, carried out and told as the one in "repair"',
};

/** Roles in which no process of the matrix dies, and why. */
export const ROLES_WITHOUT_CELLS: Readonly<Record<string, string>> = {
  'shop-migrate': 'runs before there are orders, and ends',
  'mes-migrate': 'runs before there are orders, and ends',
  'crm-migrate': 'runs before there are orders, and ends',
  'shop-codec': 'shows people what Temporal keeps of an order; it writes nothing, and no order needs it',
  reconciler:
    'writes nothing, and what it knows is in memory; what it asks for comes in at the door, as in "repair". Its own tests kill it (taken-over.int.test.ts), and npm run chaos',
};

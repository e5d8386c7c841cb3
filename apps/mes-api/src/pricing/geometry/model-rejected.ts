/**
 * Thrown inside the analysis when the model cannot be made. It is an outcome, not a fault: the message is a whole
 * sentence for the customer, says what is wrong and what to do, and ends up as the reason of a REJECTED order.
 */
export class ModelRejected extends Error {
  override readonly name = 'ModelRejected';
}

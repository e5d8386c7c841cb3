/** A request to do something that was answered with success. */
export interface Acknowledged {
  readonly orderId: string;
  readonly what: 'accept' | 'cancel' | 'deliver';
}

/** One submission: one Idempotency-Key, one model file of its own name. */
export interface Submission {
  readonly index: number;
  readonly fileName: string;
  /** Every order id that was answered with 201. One, if all is well. */
  readonly orderIds: readonly string[];
  /** When the first answer came, in milliseconds since 1970. */
  readonly at: number;
}

/** Something a client did not expect, in words. The order goes on if it can. */
export interface Complaint {
  readonly order: string;
  readonly what: string;
}

/** What the clients wrote down. It is held against what the databases, the topics and Temporal know. */
export class Records {
  readonly submissions: Submission[] = [];
  readonly acknowledged: Acknowledged[] = [];
  readonly complaints: Complaint[] = [];

  submitted(submission: Submission): void {
    this.submissions.push(submission);
  }

  acknowledge(orderId: string, what: Acknowledged['what']): void {
    this.acknowledged.push({ orderId, what });
  }

  complain(order: string, what: string): void {
    this.complaints.push({ order, what });
  }

  /** The ids of all orders that were ever answered. */
  get orderIds(): readonly string[] {
    return this.submissions.flatMap((submission) => submission.orderIds);
  }
}

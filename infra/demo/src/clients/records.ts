/** A request to do something that was answered with success. */
export interface Acknowledged {
  readonly orderId: string;
  readonly what: 'accept' | 'cancel' | 'deliver';
}

/** What a client asked for, answered or not. */
export type Asked = Acknowledged;

/** A step of a work order that an operator was told is done, and theirs. */
export interface StepTaken {
  readonly workOrderId: string;
  readonly orderId: string;
  readonly step: 'claim' | 'start' | 'complete' | 'pack' | 'ship';
  readonly by: string;
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
  readonly asked: Asked[] = [];
  readonly acknowledged: Acknowledged[] = [];
  readonly stepsTaken: StepTaken[] = [];
  readonly complaints: Complaint[] = [];

  submitted(submission: Submission): void {
    this.submissions.push(submission);
  }

  /** Before the request is sent: whatever comes of it, it may have been heard. */
  ask(orderId: string, what: Asked['what']): void {
    this.asked.push({ orderId, what });
  }

  acknowledge(orderId: string, what: Acknowledged['what']): void {
    this.acknowledged.push({ orderId, what });
  }

  took(step: StepTaken): void {
    this.stepsTaken.push(step);
  }

  complain(order: string, what: string): void {
    this.complaints.push({ order, what });
  }

  /** The ids of all orders that were ever answered. */
  get orderIds(): readonly string[] {
    return this.submissions.flatMap((submission) => submission.orderIds);
  }
}

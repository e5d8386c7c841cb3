/** Who can sign in, and as what. Scripts act as the client of the same name, with the same claims. */
export interface Account {
  readonly name: string;
  readonly roles: readonly string[];
  readonly tenant: string;
  /** Whether a person can sign in as this; `service` is for programs only. */
  readonly signsIn: boolean;
}

const HOUSE = 'house';

/** One account per role of docs/architecture.md. The partner has a tenant of its own. */
export const ACCOUNTS: readonly Account[] = [
  { name: 'customer', roles: ['customer'], tenant: HOUSE, signsIn: true },
  { name: 'operator', roles: ['operator'], tenant: HOUSE, signsIn: true },
  { name: 'sales', roles: ['sales'], tenant: HOUSE, signsIn: true },
  { name: 'partner', roles: ['partner-admin'], tenant: 'acme', signsIn: true },
  { name: 'admin', roles: ['admin'], tenant: HOUSE, signsIn: true },
  { name: 'service', roles: ['service'], tenant: HOUSE, signsIn: false },
];

/** The account of that name; undefined when there is none. */
export const accountOf = (name: string | undefined): Account | undefined =>
  ACCOUNTS.find((account) => account.name === name);

/** The account a person may sign in as with this password: for local work it is the account's name. */
export const signIn = (name: unknown, password: unknown): Account | undefined =>
  ACCOUNTS.find((account) => account.signsIn && account.name === name && account.name === password);

import { Link } from '../network/link.ts';

/** A way to a server on this machine that a test can cut, silence, strand, slow and mend. Its address stays the same. */
export async function linkTo(address: string): Promise<Link> {
  const port = Number(address.slice(address.lastIndexOf(':') + 1));
  return Link.open({ name: `a test to ${address}`, targets: () => [port] });
}

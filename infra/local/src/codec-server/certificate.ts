import { generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';

/** A key and a certificate that it signed itself, in PEM. */
export interface OwnCertificate {
  readonly key: string;
  readonly cert: string;
}

const DAY_MS = 86_400_000;
const VALID_DAYS = 365;
const RENEW_DAYS = 30;

/** For this machine's own names and nothing else: no browser takes it for anybody's until its user says so. */
export function createCertificate(now: Date): OwnCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem(signed(toBeSigned(publicKey, now), privateKey)),
  };
}

/** Whether a certificate holds for another while. */
export function isFresh(cert: string, now: Date): boolean {
  const ends = Date.parse(new X509Certificate(cert).validTo);
  return ends - now.getTime() > RENEW_DAYS * DAY_MS;
}

// What follows is X.509 (RFC 5280) in DER: Node reads certificates and makes none.

const der = (tag: number, ...content: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(content);
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const sequence = (...content: readonly Uint8Array[]): Buffer => der(0x30, ...content);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const utcTime = (at: Date): Buffer =>
  der(0x17, Buffer.from(`${at.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`));

const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'));
const NAME = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from('Bezel on this machine')))));
const LOCALHOST = der(0x82, Buffer.from('localhost'));
const LOOPBACK = der(0x87, Buffer.from([127, 0, 0, 1]));
const SUBJECT_ALT_NAME = sequence(oid('551d11'), der(0x04, sequence(LOCALHOST, LOOPBACK)));
const FOR_SERVERS = sequence(oid('551d25'), der(0x04, sequence(oid('2b06010505070301'))));

function toBeSigned(publicKey: KeyObject, now: Date): Buffer {
  const version3 = der(0xa0, der(0x02, Buffer.from([2])));
  const serial = der(0x02, Buffer.from([0x01, ...randomBytes(15)]));
  const from = new Date(now.getTime() - DAY_MS);
  const validity = sequence(utcTime(from), utcTime(new Date(now.getTime() + VALID_DAYS * DAY_MS)));
  const itsKey = publicKey.export({ type: 'spki', format: 'der' });
  const extensions = der(0xa3, sequence(SUBJECT_ALT_NAME, FOR_SERVERS));
  return sequence(version3, serial, ECDSA_WITH_SHA256, NAME, validity, NAME, itsKey, extensions);
}

const signed = (content: Buffer, key: KeyObject): Buffer =>
  sequence(content, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), sign('sha256', content, key)));

const pem = (certificate: Buffer): string => {
  const lines = certificate.toString('base64').replaceAll(/(.{64})/g, '$1\n');
  return `-----BEGIN CERTIFICATE-----\n${lines.trimEnd()}\n-----END CERTIFICATE-----\n`;
};

import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** A key and its certificate (X.509, RFC 5280), in PEM: for tests that talk TLS. */
export interface TestCertificate {
  readonly name: string;
  readonly certificate: string;
  readonly key: string;
}

/** An authority that signs itself. */
export function testAuthority(name: string): TestCertificate {
  return issue(name, undefined, [extension('551d13', der(0x30, der(0x01, Buffer.from([0xff]))), true)]);
}

/** What an authority signs for a server of this host name. */
export function testServerCertificate(host: string, authority: TestCertificate): TestCertificate {
  // subjectAltName with one dNSName.
  return issue(host, authority, [extension('551d11', der(0x30, der(0x82, Buffer.from(host))))]);
}

function issue(name: string, authority: TestCertificate | undefined, extensions: readonly Buffer[]): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const day = 86_400_000;
  const toBeSigned = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1 + Math.floor(Math.random() * 100)])),
    ecdsaWithSha256,
    nameOf(authority?.name ?? name),
    der(0x30, time(Date.now() - day), time(Date.now() + day)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, ...extensions)),
  );
  const signature = sign('sha256', toBeSigned, authority?.key ?? privateKey);
  const certificate = der(0x30, toBeSigned, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  return { name, certificate: pem(certificate), key: keyText(privateKey) };
}

const ecdsaWithSha256 = der(0x30, der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));

function nameOf(name: string): Buffer {
  const commonName = der(0x30, der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from(name)));
  return der(0x30, der(0x31, commonName));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  const mark = critical ? [der(0x01, Buffer.from([0xff]))] : [];
  return der(0x30, der(0x06, Buffer.from(id, 'hex')), ...mark, der(0x04, value));
}

/** UTCTime: YYMMDDHHMMSSZ. */
function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/\D/g, '');
  return der(0x17, Buffer.from(`${text.slice(2, 14)}Z`));
}

/** A tag, the length, and the content. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, Math.floor(length / 0x100), length % 0x100];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

function pem(content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function keyText(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

// Asks Sigstore's own verifier about a bundle of ours: node verify.mjs MODULES BUNDLE ROOT KEYS ARTIFACT
//   MODULES   directory in which `npm ci` put the modules of package.json
//   BUNDLE    receipt.sigstore.json
//   ROOT      Sigstore's trusted root, with our log
//   KEYS      {"<hint>": <Sigstore PublicKey>}
//   ARTIFACT  the output that the receipt is of
// Exit code 0: accepted. 1: refused, with Sigstore's code on stdout. 2: something else went wrong.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [modules, bundleFile, rootFile, keysFile, artifactFile] = process.argv.slice(2);
if (!artifactFile) {
  console.error('usage: node verify.mjs MODULES BUNDLE ROOT KEYS ARTIFACT');
  process.exit(2);
}
const require = createRequire(modules + '/package.json');
const { bundleFromJSON, ValidationError } = require('@sigstore/bundle');
const { TrustedRoot, PublicKey } = require('@sigstore/protobuf-specs');
const { VerificationError, Verifier, toSignedEntity, toTrustMaterial } = require('@sigstore/verify');

const json = (file) => JSON.parse(readFileSync(file, 'utf8'));
const keys = Object.fromEntries(
  Object.entries(json(keysFile)).map(([hint, key]) => [hint, PublicKey.fromJSON(key)])
);
const trust = toTrustMaterial(TrustedRoot.fromJSON(json(rootFile)), keys);
const verifier = new Verifier(trust, { tlogThreshold: 1, ctlogThreshold: 0, timestampThreshold: 0 });

try {
  const bundle = bundleFromJSON(json(bundleFile));
  verifier.verify(toSignedEntity(bundle));
  const statement = JSON.parse(Buffer.from(bundle.content.dsseEnvelope.payload).toString('utf8'));
  const digest = createHash('sha256').update(readFileSync(artifactFile)).digest('hex');
  if (!statement.subject.some((s) => s.digest.sha256 === digest)) {
    console.log('SUBJECT_ERROR: the statement is not about this artifact');
    process.exit(1);
  }
  console.log('accepted');
} catch (e) {
  if (e instanceof VerificationError || e instanceof ValidationError) {
    console.log(`${e.code ?? 'VALIDATION_ERROR'}: ${e.message}`);
    process.exit(1);
  }
  console.error(e);
  process.exit(2);
}

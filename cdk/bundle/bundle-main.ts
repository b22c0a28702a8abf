import { InputError } from '../../src/errors.js';
import { bundleProject } from './bundle-project.js';

/**
 * The process behind `bundleProjectSync`: CONFIGURATION FOLDER. Its last line of output is the ProjectBundle as JSON, or, with exit code 2,
 * the faults of the project.
 */
const [config = '', functions = ''] = process.argv.slice(2);
try {
  process.stdout.write(`\n${JSON.stringify(await bundleProject(config, functions))}\n`);
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  process.stdout.write(`\n${JSON.stringify({ faults: error.faults })}\n`);
  process.exitCode = 2;
}

import { configureGlobal } from 'fast-check';

// Random tests draw from the seed that test/support/global-setup.ts prints; fast-check prints the failing case besides.
configureGlobal({ seed: Number(process.env.ABLATE_TEST_SEED) });

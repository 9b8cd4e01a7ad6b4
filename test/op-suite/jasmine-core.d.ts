/** What the suite uses of jasmine-core, which has no types of its own; `@types/jasmine` would make globals for all. */
declare module 'jasmine-core' {
  export interface Expectation {
    message: string;
    stack: string;
  }
  export interface SpecDone {
    fullName: string;
    status: 'passed' | 'failed' | 'pending' | 'excluded';
    failedExpectations: Expectation[];
  }
  export interface SuiteDone {
    fullName: string;
    failedExpectations: Expectation[];
  }
  export interface Reporter {
    specStarted(spec: { fullName: string }): void;
    specDone(spec: SpecDone): void;
    suiteDone(suite: SuiteDone): void;
    jasmineDone(run: { failedExpectations: Expectation[] }): void;
  }
  export interface Environment {
    configure(options: { random: boolean; specFilter: (spec: { getFullName(): string }) => boolean }): void;
    addReporter(reporter: Reporter): void;
    execute(): Promise<unknown>;
  }
  interface Jasmine {
    DEFAULT_TIMEOUT_INTERVAL: number;
    getEnv(): Environment;
  }
  const jasmineRequire: {
    /** Makes `describe`, `it`, `expect` … globals. */
    boot(): Jasmine;
  };
  export default jasmineRequire;
}

/** Variables of Ablate and of MLflow hold addresses and credentials; none of them describes an experiment. */
const OWN_VARIABLE = /^(ablate|mlflow)_/i;

/** Words that say "secret" wherever they stand in a name: `GITHUB_TOKEN`, `PGPASSWORD`, `SMTPPASS`. */
const SECRET_ANYWHERE =
  /token|secret|passw|passphrase|pgpass|credential|key|auth(?!or(?!i))|cookie|session|bearer|private|signature|connection_?str|(?<!com|by|sur)pass(?!es|ed|ive|ing|age|eng|band|port|through)/i;

/** Short words that say it only by themselves: `GH_PAT` holds a token, `PATH` doesn't; `PWD` is a folder, `MYSQL_PWD` isn't. */
const SECRET_WORD =
  /(^|[_-])(pat|jwt|otp|mfa|pin|sas|dsn|creds?|proxy|netrc|webhook|cert|vault|salt|kubeconfig)\d*([_-]|$)|[a-z\d][_-]?pwd$/i;

/** Addresses of databases and brokers, which hold a password more often than not: `DATABASE_URL`, `REDIS_URI`. */
const SERVICE_ADDRESS =
  /(database|db|redis|mongo(db)?|postgres(ql)?|pg|mysql|mariadb|amqp|rabbitmq|broker|celery|kafka|elastic(search)?|clickhouse|sentry|smtp|ldap)[_-]?(url|uri|addr(ess)?)$/i;

/** `user:password@host` without a scheme. */
const BARE_CREDENTIALS = /(^|[\s"'=,;])[^\s/:@"'=]+:[^\s/@]+@[^\s@]/;

/** `password=…` of a connection string or a query. */
const ASSIGNED_SECRET =
  /(^|[\s;&?,"'])(password|passwd|pwd|secret|token|access_?token|api_?key|account_?key|sig)\s*[=:]\s*[^\s;&]/i;

/** Tokens that are known by their form: GitHub's, GitLab's, Slack's, AWS's, Hugging Face's; a JWT; a private key. */
const KNOWN_TOKEN =
  /\b(gh[pousr]_\w{20}|github_pat_\w{20}|glpat-[\w-]{15}|xox[abeoprs]-[\w-]{10}|AKIA[A-Z\d]{16}|hf_[A-Za-z]{20}|sk-[\w-]{20}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.)|-----BEGIN [A-Z ]*PRIVATE KEY/;

/** Why a configuration, which is stored and sent to a server, may not hold an environment variable; undefined if it may. */
export function secretVariable(name: string): string | undefined {
  if (/^(old)?pwd$/i.test(name)) return undefined;
  const isSecret = [SECRET_ANYWHERE, SECRET_WORD, SERVICE_ADDRESS].some((pattern) => pattern.test(name));
  if (isSecret) return 'whose name says that it holds a secret';
  return OWN_VARIABLE.test(name) ? "which is one of Ablate's or MLflow's own" : undefined;
}

/** Whether a text holds a password or a token, as far as its form tells. */
export function holdsSecret(text: string): boolean {
  return (
    [BARE_CREDENTIALS, ASSIGNED_SECRET, KNOWN_TOKEN].some((pattern) => pattern.test(text)) ||
    (text.match(/[a-z][a-z\d+.-]*:\/\/\S+/gi) ?? []).some(hasUserInfo)
  );
}

/** Whether an address names a user with a password; or, where only a token is a name, a user. */
function hasUserInfo(address: string): boolean {
  // A password that isn't encoded as it should be can make an address that no parser takes.
  if (!URL.canParse(address)) return address.includes('@');
  const { protocol, username, password } = new URL(address);
  return password !== '' || (username !== '' && /^https?:$/.test(protocol));
}

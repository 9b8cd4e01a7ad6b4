import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/text/config-error.js';
import { interpolate } from '../../src/config/text/interpolate.js';
import { parseYaml } from '../../src/config/text/parse.js';
import { toJson } from '../../src/config/text/tree.js';

/** What `description` becomes, or the messages of what is refused. */
function read(description: string, env: NodeJS.ProcessEnv = {}): unknown {
  const text = `description: ${JSON.stringify(description)}`;
  try {
    return (toJson(interpolate(parseYaml({ name: 'a.yaml', text, directory: '/' }), env)) as { description: unknown })
      .description;
  } catch (error) {
    if (error instanceof ConfigError) return new Error(error.problems.map(({ message }) => message).join('\n'));
    throw error;
  }
}

describe('variables that hold a secret by their name are refused', () => {
  it.each([
    ...['MLFLOW_TRACKING_URI', 'MLFLOW_TRACKING_USERNAME', 'ABLATE_QUEUE', 'ABLATE_CACHE', 'mlflow_tracking_uri'],
    ...['DATABASE_URL', 'REDIS_URL', 'MONGODB_URI', 'CELERY_BROKER_URL', 'HTTPS_PROXY', 'http_proxy', 'ALL_PROXY'],
    ...['PGPASS', 'PGPASSWORD', 'PGPASSFILE', 'DB_PASS', 'SMTPPASS', 'MYSQL_PWD', 'SSHPASS', 'GPG_PASSPHRASE'],
    ...['GH_PAT', 'AZURE_DEVOPS_EXT_PAT', 'ID_JWT', 'SENTRY_DSN', 'AZURE_STORAGE_CONNECTION_STRING', 'SLACK_WEBHOOK'],
    ...['REDISCLI_AUTH', 'AUTHORIZATION', 'OPENAI_API_KEY', 'AWS_SESSION_TOKEN', 'NPM_CREDS', 'SESSION_COOKIE'],
  ])('%s', (name) => {
    expect(read(`\${env:${name}}`, { [name]: 'harmless' })).toBeInstanceOf(Error);
    expect(read(`as \${ env:${name} ,harmless}`, {})).toBeInstanceOf(Error);
  });

  it.each([
    'EPOCHS',
    'PATH',
    'PATIENCE',
    'PWD',
    'AUTHOR',
    'COMPASS',
    'N_PASSES',
    'DATA_URL',
    'HOSTNAME',
    'PINK',
    'DSNAME',
  ])('but not %s', (name) => {
    expect(read(`\${env:${name}}`, { [name]: 'harmless' })).toBe('harmless');
  });
});

describe('values that hold a secret are refused, whatever the name, and never repeated', () => {
  it.each([
    'postgres://ann:hunter2@db.example:5432/x',
    'redis://:hunter2@localhost:6379',
    'redis://:hun/ter2@localhost',
    'http://ann:hunter2@proxy:3128',
    'see https://hunter2@github.com/a/b.git',
    'ann:hunter2@db.example/x',
    'host=db user=ann password=hunter2',
    'Server=db;User Id=ann;Password=hunter2;',
    'https://files.example/x.zip?sig=hunter2',
    'ghp_hunter2hunter2hunter2hunter2',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.hunter2',
  ])('%s', (value) => {
    for (const refused of [
      read('${env:PLACE}', { PLACE: value }),
      read('from ${env:PLACE}', { PLACE: value }),
      read(`\${env:PLACE,${value}}`),
    ]) {
      expect(refused).toBeInstanceOf(Error);
      expect(String(refused)).not.toContain('hunter2');
    }
  });

  it('made of harmless parts', () => {
    const refused = read('redis://${env:PERSON}:${env:WORD}@host', { PERSON: 'ann', WORD: 'hunter2' });
    expect(String(refused)).toContain('holds a password');
    expect(String(refused)).not.toContain('hunter2');
  });

  it.each([
    'https://files.example:8080/users/@me/a.zip',
    'ssh://git@github.com/a/b',
    'ann@example.org',
    'a study at 12:30, by @ann',
    'learning rate: 0.1',
    's3://bucket/a:b@c',
  ])('but not %s', (value) => {
    expect(read('${env:PLACE}', { PLACE: value })).not.toBeInstanceOf(Error);
  });
});

// Signed slash commands, as Slack sends them, at a steady rate. tests/load/run starts it, once for each part:
//
//   PART=meet   everybody stores a key, which also lets the program learn who they are; nothing is measured
//   PART=idle   a few commands a second, the measure for the next
//   PART=load   many a second, judged by ratios to the idle run: LIMIT_P95 and LIMIT_P99, in milliseconds
//
// TARGET is the address, SECRET signs, RATE is commands a second, SECONDS how long, RESULT a file for the numbers.

import http from 'k6/http';
import crypto from 'k6/crypto';
import encoding from 'k6/encoding';
import exec from 'k6/execution';
import { check } from 'k6';
import { Counter } from 'k6/metrics';

const part = __ENV.PART;
const people = 200;
const slow = 3000; // milliseconds after which Slack shows its user that the app did not answer
const overdue = new Counter('overdue');
const deferred = new Counter('deferred');

// A public key of its own for everybody; nobody logs in with it.
function key(person) {
  const length = (number) => [0, 0, 0, number];
  const kind = [...'ssh-ed25519'].map((letter) => letter.charCodeAt(0));
  const bytes = [...length(11), ...kind, ...length(32), ...Array.from({ length: 32 }, (_, at) => (person + 7 * at) % 256)];
  return `ssh-ed25519 ${encoding.b64encode(new Uint8Array(bytes).buffer)} u${person}@laptop`;
}

// Of a hundred commands, how many are of which kind.
const mixture = [
  [58, () => ['/env', 'list']],
  [20, () => ['/template', 'list']],
  [12, () => ['/sublet', 'help env request']],
  [4, () => ['/env', 'request web cpu=64 for=3d']], // more than there is: refused with an explanation
  [4, () => ['/env', 'request web for=3d to measure how it goes']], // waits for its approvers
  [2, () => ['/env', 'request scratch for=1h to measure how it goes']], // approved by itself, and made at once
];
const hundred = mixture.flatMap(([times, command]) => Array(times).fill(command));
// Spread evenly: 37 has no factor in common with 100.
const nth = (number) => hundred[(number * 37) % 100]();

const constant = {
  executor: 'constant-arrival-rate',
  rate: Number(__ENV.RATE || 1),
  duration: `${__ENV.SECONDS || 1}s`,
  preAllocatedVUs: 100,
  maxVUs: 1000,
};
const everybodyOnce = { executor: 'shared-iterations', vus: 4, iterations: people, maxDuration: '5m' };

const always = { checks: ['rate==1'], http_req_failed: ['rate==0'], overdue: ['count==0'], dropped_iterations: ['count==0'] };
const judged = { http_req_duration: [`p(95)<${__ENV.LIMIT_P95}`, `p(99)<${__ENV.LIMIT_P99}`] };

export const options = {
  scenarios: { [part]: part === 'meet' ? everybodyOnce : constant },
  thresholds: part === 'load' ? { ...always, ...judged } : always,
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max', 'count'],
};

export default function () {
  const number = exec.scenario.iterationInTest;
  const person = number % people;
  const [command, text] = part === 'meet' ? ['/key', `add ${key(person)}`] : nth(number);
  const answer = send(person, command, text);
  if (answer.timings.duration > slow) overdue.add(1);
  if (answer.status === 200 && !answer.body) deferred.add(1);
  check(answer, {
    'is 200': (answer) => answer.status === 200,
    'nothing broke': (answer) => !/Something broke|try again/i.test(answer.body || ''),
  });
}

function send(person, command, text) {
  const at = Math.floor(Date.now() / 1000);
  const body = form({
    team_id: 'T0LOAD',
    team_domain: 'load',
    channel_id: 'C0GENERAL',
    channel_name: 'general',
    user_id: `U${1000 + person}`,
    user_name: `u${person}`,
    command,
    text,
    api_app_id: 'A0LOAD',
    is_enterprise_install: 'false',
    response_url: `${__ENV.STANDIN || 'http://127.0.0.1:9'}/respond`,
    // Slack's are unique as well: the program does each only once.
    trigger_id: `${Date.now()}.${exec.scenario.iterationInTest}.${part}`,
  });
  const signature = crypto.hmac('sha256', __ENV.SECRET, `v0:${at}:${body}`, 'hex');
  return http.post(`${__ENV.TARGET}/slack/commands`, body, {
    timeout: '10s',
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Slack-Request-Timestamp': String(at),
      'X-Slack-Signature': `v0=${signature}`,
    },
  });
}

const form = (fields) =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');

// One line of numbers for the table, and a few words for whoever watches.
export function handleSummary({ metrics }) {
  const took = metrics.http_req_duration.values;
  const count = (name) => (metrics[name] ? metrics[name].values.count : 0);
  const failed = metrics.checks ? metrics.checks.values.fails : 0;
  const crossed = Object.entries(metrics).flatMap(([name, { thresholds = {} }]) =>
    Object.entries(thresholds).filter(([, { ok }]) => !ok).map(([limit]) => `${name} ${limit}`));
  const numbers = [took.count, took.med, took['p(95)'], took['p(99)'], took.max, count('overdue'), failed,
    count('dropped_iterations'), count('deferred')];
  return {
    [__ENV.RESULT]: `${numbers.map((number) => Math.round(number * 100) / 100).join(' ')}\n`,
    stderr: crossed.map((limit) => `   crossed: ${limit}\n`).join(''),
  };
}

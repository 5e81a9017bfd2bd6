// A stand-in for Slack's Web API that says yes: what Sublet calls while it is measured is answered at once. `slack.js`
// prints where it listens, on the loopback address, and ends when its standard input does; then it says how often
// each method was called.

import { createServer } from 'node:http';

const calls = {};
let stamp = 0;

const person = (id) => ({
  id,
  team_id: 'T0LOAD',
  name: id.toLowerCase(),
  real_name: id,
  deleted: false,
  is_bot: false,
  is_app_user: false,
  is_restricted: false,
  is_ultra_restricted: false,
  is_stranger: false,
  is_email_confirmed: true,
  tz: 'Europe/Berlin',
  profile: { email: `${id.toLowerCase()}@example.org`, real_name: id, display_name: id, team: 'T0LOAD' },
});

const answers = {
  'auth.test': () => ({ url: 'http://127.0.0.1/', team: 'Load', team_id: 'T0LOAD', user: 'sublet', user_id: 'U0BOT', bot_id: 'B0BOT' }),
  'users.info': ({ user }) => ({ user: person(user) }),
  'conversations.open': ({ users }) => ({ channel: { id: `D${users.slice(1)}` } }),
  'conversations.info': ({ channel }) => ({ channel: { id: channel, is_member: true } }),
  'chat.postMessage': ({ channel }) => ({ channel, ts: `1700000000.${String((stamp += 1)).padStart(6, '0')}`, message: { text: '' } }),
  'chat.update': ({ channel, ts }) => ({ channel, ts, text: '', message: { text: '' } }),
};

const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const address = new URL(request.url, 'http://127.0.0.1');
  const method = address.pathname.split('/').pop();
  const given = request.headers['content-type']?.startsWith('application/json')
    ? JSON.parse(body || '{}')
    : Object.fromEntries(new URLSearchParams(body || address.search));
  calls[method] = (calls[method] ?? 0) + 1;
  // The address for answers that come later; it says nothing back.
  if (method === 'respond') return response.end();
  const answer = answers[method]?.(given);
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(answer ? { ok: true, ...answer } : { ok: false, error: 'unknown_method' }));
});

server.listen(0, '127.0.0.1', () => console.log(`listening on 127.0.0.1:${server.address().port}`));
process.stdin.on('end', () => {
  console.log(Object.entries(calls).map(([method, count]) => `${method} ${count}`).join(', '));
  process.exit(0);
}).resume();

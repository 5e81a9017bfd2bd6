// Loaded into local-slack before it starts: it would listen on every address of the machine.
const serve = Bun.serve;
Bun.serve = (options) => serve.call(Bun, { ...options, hostname: '127.0.0.1' });

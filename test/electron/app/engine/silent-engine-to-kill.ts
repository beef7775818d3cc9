/** An engine that never says anything: what it is told stays unread. */
process.on('message', () => undefined);

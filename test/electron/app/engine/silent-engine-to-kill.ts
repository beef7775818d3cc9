/** An engine that never sends anything; the messages it receives stay unread. */
process.on('message', () => undefined);

/** A browser's WebSocket whose other end is the test. */

/** The host's first message. */
const WELCOME = { assetKey: 'k'.repeat(22) };

export class FakeWebSocket extends EventTarget {
  static readonly OPEN = 1;
  static readonly all: FakeWebSocket[] = [];

  readonly url: string;
  readyState = 0;
  readonly sent: { id: number; command: string; input: unknown }[] = [];

  constructor(url: string | URL) {
    super();
    this.url = String(url);
    FakeWebSocket.all.push(this);
  }

  /** The most recent socket. */
  static get last(): FakeWebSocket {
    return FakeWebSocket.all.at(-1)!;
  }

  send(text: string): void {
    if (this.readyState === 1) this.sent.push(JSON.parse(text) as FakeWebSocket['sent'][number]);
  }

  /** The page closes it; its close event comes later, as in a browser. */
  close(): void {
    if (this.readyState >= 2) return;
    this.readyState = 2;
    setTimeout(() => this.drop(), 0);
  }

  /** The host accepts the connection. */
  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
    this.tell(WELCOME);
  }

  /** The host sends a message. */
  tell(message: unknown): void {
    this.tellText(JSON.stringify(message));
  }

  tellText(data: string): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  /** The connection closes. */
  drop(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
  }
}

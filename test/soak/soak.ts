/** A subcommand of `npm run soak`. */
export interface Soak {
  /** One line for the list of subcommands. */
  readonly summary: string;
  /**
   * Runs it; prints its figures.
   *
   * @param args the arguments after the subcommand's name
   * @returns whether everything held
   */
  readonly run: (args: readonly string[]) => Promise<boolean>;
}

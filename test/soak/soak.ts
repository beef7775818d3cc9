/** What a subcommand of `npm run soak` is. */
export interface Soak {
  /** One line for the list. */
  readonly summary: string;
  /**
   * Runs it; prints its figures.
   *
   * @param args what stands behind the subcommand's name
   * @returns whether everything held
   */
  readonly run: (args: readonly string[]) => Promise<boolean>;
}

export const HELP = `Cost Tray shows what Phala Cloud and ClickHouse Cloud cost right now.

Usage: cost-tray [COMMAND]        without a command the tray opens

  connect phala|clickhouse [--name NAME]
      Check a key and keep it in the keychain. The key is read from standard
      input: one line for Phala, two for ClickHouse (key id, then key secret).
  connections [--json]
      List the connections and their ids.
  disconnect ID [--forget]
      Remove a connection and its key; --forget removes its history too.
  refresh [--connection ID] [--since DAY]
      Fetch what is new and wait for it; --since reads settled days again.
  status [--json]
      Show what is being spent.
  check [--month-over USD] [--today-over USD]
      Compare the spend with limits.
  export FILE|- --from DAY --to DAY [--profile plain|spreadsheet]
         [--connection ID] [--overwrite] [--strict]
      Write every charge as CSV to FILE or, with -, to standard output.
      --strict: the file is written all the same, but days that are not known
      yet, or only in part, make the exit status 1.
  help, --help, -h      --version

Days are UTC days, written YYYY-MM-DD; both ends count.

Exit status: 0 done, 1 done in part or failed, 2 wrong use.
check: 0 under every limit, 1 over one, 2 wrong use, 3 cannot know:
days are not read yet, or data are old.
`;

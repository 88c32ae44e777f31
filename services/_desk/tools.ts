/** The support desk's tool catalogue. The descriptions are those of a catalogue: tuning has to find how customers ask. */
export const tools = [
  {
    name: 'place_order',
    description: 'Place an order to buy or sell shares of a stock, ETF or fund, at market or at a limit price.',
  },
  { name: 'cancel_order', description: 'Cancel an open order, or change its price, size or type before it fills.' },
  {
    name: 'order_status',
    description: 'Tell whether an order went through: filled, partly filled, still pending, expired or rejected.',
  },
  { name: 'quote', description: 'Current price of a stock or fund right now: bid, ask, high, low, up or down today.' },
  {
    name: 'price_history',
    description:
      'Past prices and charts: how a stock did over the last week, month, year or since a date, and what it closed at.',
  },
  {
    name: 'portfolio_value',
    description: 'What the whole account is worth in total, and how much it is up or down, gain or loss, return.',
  },
  { name: 'holdings', description: 'Positions the customer owns: how many shares of what, average cost, allocation.' },
  {
    name: 'dividends',
    description: 'Dividend payments: when they are paid, how much, ex-date, yield, reinvest them or take cash.',
  },
  {
    name: 'deposit_funds',
    description: 'Deposit money: add or move cash into the account from a bank by transfer, wire or check.',
  },
  { name: 'withdraw_funds', description: 'Withdraw money: take cash out and send it from the account to a bank.' },
  {
    name: 'transfer_account',
    description: 'Transfer an account with its shares from or to another broker such as Fidelity, Schwab or Robinhood.',
  },
  { name: 'link_bank', description: 'Link or connect a bank account, verify it with small deposits, or remove it.' },
  {
    name: 'tax_documents',
    description: 'Tax forms such as the 1099, cost basis and wash sale reports, withholding, for filing taxes.',
  },
  {
    name: 'statements',
    description:
      'Monthly statements, trade confirmations and documents: download, print, paper or electronic delivery.',
  },
  { name: 'fees', description: 'Fees, commissions and charges: what was charged, why, how much it costs, refunds.' },
  {
    name: 'margin',
    description:
      'Margin loans: borrow against the portfolio, buying power, margin call, interest rate, turn margin off.',
  },
  {
    name: 'options',
    description:
      'Options trading: calls, puts, contracts, strikes, approval level, exercise, assignment and expiration.',
  },
  {
    name: 'retirement',
    description: 'Retirement accounts: IRA or Roth contributions and limits, 401k rollover, required distributions.',
  },
  {
    name: 'recurring_investment',
    description: 'Automatic recurring investments: invest an amount in a fund every week or month, pause or change it.',
  },
  {
    name: 'alerts',
    description: 'Alerts and notifications: tell me, e-mail, text or push when a price hits a level; turn them off.',
  },
  {
    name: 'market_hours',
    description: 'Market hours: when the market opens and closes, pre-market, after hours, weekends and holidays.',
  },
  {
    name: 'research',
    description: 'Research on a company: analyst ratings, earnings report, news, why a stock moved, fundamentals.',
  },
  {
    name: 'login_help',
    description: 'Login problems: forgot password, locked out, verification code or two-factor, new phone, app access.',
  },
  {
    name: 'profile_update',
    description: 'Update the profile: change name, address, phone number, e-mail, beneficiary or trusted contact.',
  },
  {
    name: 'report_fraud',
    description: 'Report fraud: someone hacked the account, a trade or transfer I did not make, scam calls, freeze it.',
  },
  {
    name: 'open_account',
    description:
      'Open a new account: joint, custodial for a child, trust or business; requirements, application status.',
  },
  {
    name: 'settlement',
    description: 'Settlement: when cash from a sale settles, is unsettled or available to trade or withdraw.',
  },
  {
    name: 'crypto',
    description: 'Crypto: buy, sell, send or hold bitcoin, ethereum and other coins; wallets and transfers.',
  },
] as const

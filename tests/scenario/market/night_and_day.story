story An order of the night auction lives through the whole trading day (rulebook 2.1, 2.2)
market settlement 100
market phase before_trading

a buy 5 @ 101                   -> refused NOT_TRADING 0 2
phase auction ordering
a buy 5 @ 101 own 1             -> entered
c buy 2 @ 103                   -> entered
b sell 4 @ 99                   -> entered
b sell 3 @ 104                  -> entered
a buy 1 @ 101 fak               -> refused AUCTION_TAKES_LIMIT_ORDERS 1 0
phase auction balance
a cancel 1                      -> refused NOT_TRADING 4 2
# wanted at 101 and more: 7, offered: 4, so all sellers fill; the buyer at 101 is partly filled
phase auction match             -> auction 4 @ 101; 2 @ 101; 2 @ 101
phase continuous
b sell 1 @ 101                  -> entered; 1 @ 101
phase no trading
a cancel 1                      -> refused NOT_TRADING 1 2
phase auction ordering
b sell 1 @ 98                   -> entered
phase auction match             -> auction 1 @ 101; 1 @ 101
phase continuous
a cancel 1                      -> cancelled 1
phase closed                    -> cancelled 3 END_OF_DAY
b sell 1 @ 101                  -> refused NOT_TRADING 6 2
? a long_today 4
? b short_today 6

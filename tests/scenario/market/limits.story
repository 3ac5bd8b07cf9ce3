story Position limit, daily opening limit and hedging quota of holders (rulebook 3.3, 3.5, 5.6)
market position_limit_lots 10
market opening_limit_lots 12
market limit c 0 0 8 0

a buy 8 @ 100 own 1             -> entered
a buy 3 @ 99                    -> refused POSITION_LIMIT 11 10
b sell 6 @ 100                  -> entered; 6 @ 100
a cancel 1                      -> cancelled 2
a sell 6 @ 100 today            -> entered
b buy 6 @ 100 today             -> entered; 6 @ 100
# nothing is held, but six lots were opened today
a buy 7 @ 99                    -> refused OPENING_LIMIT 13 12
a sell 6 @ 105                  -> entered
a buy 1 @ 99                    -> refused OPENING_LIMIT 13 12
a buy 50 @ 99 maker             -> entered
# c hedges within a quota of eight bought lots and nothing sold
c buy 8 @ 98 hedge              -> entered
c buy 1 @ 98 hedge              -> refused HEDGE_QUOTA 9 8
c sell 1 @ 105 hedge            -> refused HEDGE_QUOTA 1 0
c buy 500 @ 98                  -> entered

story At the limit price close-outs go first, but not those of today (rulebook 2.3)
market price_rule resting
market position a 5 short
market position b 5 short
market position c 10 long

# everybody wants to buy at the upper limit of 110
d buy 2 @ 110                   -> entered
a buy 2 @ 110                   -> entered
b buy 2 @ 110 close             -> entered
a buy 2 @ 110 force             -> entered
c sell 1 @ 110 close            -> entered; 1 @ 110
? b short_history 4
c sell 3 @ 110 close            -> entered; 1 @ 110; 2 @ 110
? b short_history 3
? a short_history 3
c sell 1 @ 110 close            -> entered; 1 @ 110
? d long_today 1
# b has opened a short today; closing it gives no precedence over d's rest
a buy 1 @ 109                   -> entered
b sell 1 @ 109                  -> entered; 1 @ 110
b buy 1 @ 110 today             -> entered
c sell 1 @ 110 close            -> entered; 1 @ 110
? b short_today 1

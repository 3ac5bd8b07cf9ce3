story A small account: freezing, larger side, a loss, a margin call, a deposit, a withdrawal
market deposit a 10150
market instruments 2

# margin 1,000 and fee 10 a lot; close today costs 20
a buy 10 @ 100 own 1            -> entered
? a available 50
a buy 1 @ 100                   -> refused NOT_ENOUGH_MONEY 1010 50
# the other month of the product, other side: no margin, five fees
a sell 5 @ 105 of 1             -> entered
? a available 0
a cancel all                    -> cancelled 10; cancelled 5
? a available 10150
a buy 10 @ 100                  -> entered
b sell 10 @ 100                 -> entered; 10 @ 100
c buy 1 @ 98                    -> entered
d sell 1 @ 98                   -> entered; 1 @ 98
mark                            -> called a -1950
a sell 1 @ 105                  -> refused NOT_ENOUGH_MONEY 10 -1950
credit a 2000                   -> credited 2000
? a available 50
reserve a 51                    -> refused NOT_ENOUGH_MONEY 51 50
reserve a 50                    -> reserved 50
? a available 0
confirm 3                       -> confirmed 50
confirm 3                       -> refused TRANSFER_NOT_RESERVED 3 0
# closing is never refused for money: 2 ticks x 10 lots x 100 fen lost, 200 fen of fees
a sell 10 @ 98 today            -> entered
b buy 10 @ 98 today             -> entered; 10 @ 98
? a realised -2000
? a fees 300
? a margin 0
mark
? a floating_loss 0
? a available 9800

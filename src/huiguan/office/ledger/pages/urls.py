"""The addresses of the ledger; everything in them is a number."""

from django.urls import path, re_path
from django.views.decorators.http import require_http_methods, require_safe

from huiguan.office.ledger.pages import banks, collateral, views

form = require_http_methods(["GET", "HEAD", "POST"])
NUMBER = "(?P<number>[0-9]{1,18})"

urlpatterns = [
    path("ledger", require_safe(views.books)),
    path("ledger/proof", require_safe(views.proof_sheet)),
    path("ledger/bank", form(banks.statements)),
    path("ledger/payments", form(banks.all_payments)),
    path("ledger/collateral", form(collateral.all_collateral)),
    re_path(rf"^ledger/collateral/{NUMBER}$", form(collateral.collateral)),
    re_path(rf"^ledger/books/{NUMBER}$", form(views.book)),
    re_path(rf"^ledger/accounts/{NUMBER}$", form(views.account)),
    re_path(rf"^ledger/transfers/{NUMBER}$", form(views.transfer)),
    re_path(rf"^ledger/bank/{NUMBER}$", form(banks.statement)),
    re_path(rf"^ledger/lines/{NUMBER}$", form(banks.line)),
    re_path(rf"^ledger/payments/{NUMBER}\.(?P<form>xml|csv)$", require_safe(banks.payment_file)),
]

"""Every address of the office: what everybody sees, and the desks of its people."""

from huiguan.office.circulars.pages.urls import urlpatterns as circulars
from huiguan.office.days.pages.urls import urlpatterns as days
from huiguan.office.display.urls import handler404, handler500
from huiguan.office.display.urls import urlpatterns as display
from huiguan.office.ledger.pages.urls import urlpatterns as ledger
from huiguan.office.members.pages.urls import urlpatterns as members
from huiguan.office.people.pages.urls import urlpatterns as people
from huiguan.office.register.pages.urls import urlpatterns as register
from huiguan.office.warehouse.pages.urls import urlpatterns as warehouse

urlpatterns = [*display, *people, *days, *circulars, *members, *ledger, *register, *warehouse]

__all__ = ["handler404", "handler500", "urlpatterns"]

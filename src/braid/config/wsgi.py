"""The WSGI application that web processes serve."""

import os

from django.core.wsgi import get_wsgi_application

from braid.contact.middleware import with_receipts, with_short_links
from braid.contact.voting import with_votes
from braid.home.hot import with_hot_pages

from .static_files import with_static_files

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "braid.config.settings")

application = with_votes(with_receipts(with_short_links(with_hot_pages(with_static_files(get_wsgi_application())))))

"""Menus that templates show, by the one definition that toolbar, menus and command bar have."""

from django import template

from contacts.views.page_actions import book_menu

register = template.Library()

register.filter("book_menu", book_menu)

# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Checks of requests to the service and the page that need no loaded model."""

import argparse
import os

from models.demos.openvoice.demo import checks
from models.demos.openvoice.demo.access import Access, api_key, given_access
from models.demos.openvoice.demo.arguments.hosting import KEY_VARIABLE


def service(options: argparse.Namespace) -> None:
    service_access(options)
    checks.backend(options)


def page(options: argparse.Namespace) -> None:
    page_access(options)
    checks.backend(options)


def service_access(options: argparse.Namespace) -> Access:
    """Return who may use the service."""
    return given_access(options, api_key(os.environ), f"there is no API key; set {KEY_VARIABLE}, or say --without-key")


def page_access(options: argparse.Namespace) -> Access:
    """Return who may use the page."""
    return given_access(options, None, "the page has no password; say --without-key if that is wanted")

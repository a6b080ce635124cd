"""Failures in the shared suite tell what they compared."""

import pytest

pytest.register_assert_rewrite("tests.providers.conformance")

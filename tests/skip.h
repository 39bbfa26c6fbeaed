// A test case that this machine cannot run says why and ends: RT3D_SKIP("no AVX-512 here"). scripts/test lists these lines
// and counts them as skipped. A test that is merely slow is decorated with doctest::skip() and runs in scripts/test --full.
#pragma once

#include <doctest/doctest.h>

#include <cstdio>

#define RT3D_SKIP(reason)                                                                        \
  do {                                                                                           \
    std::printf("[skip] %s: %s\n", doctest::getContextOptions()->currentTest->m_name, (reason)); \
    std::fflush(stdout); /* or each child of a later fork would say it again */                  \
    return;                                                                                      \
  } while (false)

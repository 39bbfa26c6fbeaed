// A test case that this machine cannot run says why and ends: RT3D_SKIP("no AVX-512 here"). scripts/test lists these lines
// and counts them as skipped. A test that is merely slow is decorated with doctest::skip() and runs in scripts/test --full.
#pragma once

#include <doctest/doctest.h>

#include <cstdio>

namespace rt3d::tests {

// The case that last said that it is skipped: one that checks nothing and says nothing fails (main.cpp).
inline const doctest::TestCaseData* skipped_case = nullptr;

// Once in each case.
inline void say_skipped(const char* reason) {
  const doctest::TestCaseData* current = doctest::getContextOptions()->currentTest;
  if (skipped_case == current) return;
  skipped_case = current;
  std::printf("[skip] %s: %s\n", current->m_name, reason);
  std::fflush(stdout);  // or each child of a later fork would say it again
}

}  // namespace rt3d::tests

#define RT3D_SKIP(reason)             \
  do {                                \
    rt3d::tests::say_skipped(reason); \
    return;                           \
  } while (false)

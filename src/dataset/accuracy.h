// A share of right answers, with what is certain of it.
#pragma once

#include <cstdint>
#include <string>

namespace rt3d::dataset {

struct Accuracy {
  std::int64_t right = 0, total = 0;

  double share() const { return total == 0 ? 0 : static_cast<double>(right) / static_cast<double>(total); }
  // Wilson's score interval for 95 % (E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927).
  double lower() const;
  double upper() const;
  // "81.6 % (80.3 to 82.8 with 95 % confidence; 3783 videos)"
  std::string text() const;
};

}  // namespace rt3d::dataset

// How far outputs are from those that are right, and how far they may be.
#pragma once

#include <string>
#include <vector>

namespace rt3d::cli {

// The largest difference of two elements as a share of the range of `want`'s finite values. Where both are no number they agree,
// and so do equal infinities; infinite where only one of them is a number, or where `got` has not as many.
double largest_difference(const std::vector<double>& got, const std::vector<double>& want);

// What docs/accuracy.md promises of "exact", "default" and "half", rounding in another order included.
double difference_limit(const std::string& accuracy);

}  // namespace rt3d::cli

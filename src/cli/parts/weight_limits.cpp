#include "cli/parts/weight_limits.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "cli/parts/failure.h"
#include "cli/parts/memory.h"
#include "cli/parts/table.h"

namespace rt3d::cli {
namespace {

constexpr double kShares[] = {0.8, 0.6, 0.45};
constexpr std::int64_t kLittle = std::int64_t{16} << 20;
constexpr double kSame = 0.98;  // of the bytes: no plan worth telling

// What a session with so much for weights would be; nothing where the leanest kernels need more. 0: the usual limit.
std::optional<rt3d_session_stats> plan_with(double limit_mib, rt3d_model* model, SessionOptions options,
                                            const std::vector<TensorInfo>& shapes) {
  options.weight_limit_mib = limit_mib;
  options.plan_only = options.quiet = true;
  options.again = false;
  options.tune = "off";
  try {
    return stats_of(create_session(model, options, shapes).get());
  } catch (const Failure&) {
    return std::nullopt;
  }
}

}  // namespace

std::vector<WeightLimit> lower_weight_limits(rt3d_model* model, const SessionOptions& options,
                                             const std::vector<TensorInfo>& shapes,
                                             const rt3d_session_stats& stats) {
  std::vector<WeightLimit> limits;
  if (options.device != "cpu" || options.weight_limit_mib > 0 || weight_bytes(stats) < kLittle) return limits;
  const auto now = plan_with(0, model, options, shapes);
  if (!now || now->predicted_ns <= 0) return limits;
  auto last = static_cast<double>(weight_bytes(*now));
  for (const double share : kShares) {
    const double mib = share * static_cast<double>(weight_bytes(*now)) / (1 << 20);
    const auto plan = plan_with(mib, model, options, shapes);
    if (!plan) break;
    const std::int64_t bytes = weight_bytes(*plan);
    if (static_cast<double>(bytes) >= kSame * last) continue;
    last = static_cast<double>(bytes);
    limits.push_back(
        {bytes, static_cast<double>(plan->predicted_ns) / static_cast<double>(now->predicted_ns)});
  }
  return limits;
}

std::string weight_limits_text(const std::vector<WeightLimit>& limits) {
  std::string text;
  for (const WeightLimit& limit : limits)
    text += join(text.empty() ? "" : ", ", bytes_text(limit.weight_bytes),
                 text.empty() ? " of weights would do for " : " for ", fixed(limit.times, 2),
                 text.empty() ? " x the time" : " x");
  return text;
}

nlohmann::json weight_limits_json(const std::vector<WeightLimit>& limits) {
  nlohmann::json result = nlohmann::json::array();
  for (const WeightLimit& limit : limits)
    result.push_back({{"weight_bytes", limit.weight_bytes}, {"times", limit.times}});
  return result;
}

}  // namespace rt3d::cli

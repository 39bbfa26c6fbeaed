#include "runtime/planning/kernel_stock.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace rt3d::runtime {
namespace {

// Values that were computed from the model's each time that it is optimised (folded normalisation) are compared up to this size.
constexpr std::size_t kComparedBytes = std::size_t{1} << 20;

bool same_factors(const Tensor& a, const Tensor& b) {
  return a.factors().size() == b.factors().size() &&
         std::equal(a.factors().begin(), a.factors().end(), b.factors().begin());
}

bool same_values(const Tensor& a, const Tensor& b) {
  if (!a || !b) return !a && !b;
  if (a.shape() != b.shape() || a.dtype() != b.dtype() || a.scaled() != b.scaled()) return false;
  if (a.identity() == b.identity()) return true;
  if (a.identity().first == b.identity().first) return a.scaled() && same_factors(a, b);
  if (a.scaled() || a.byte_count() > kComparedBytes) return false;
  return std::memcmp(a.bytes().data(), b.bytes().data(), a.byte_count()) == 0;
}

std::string key_of(const Choice& choice) {
  return cat(choice.text, '\n', choice.family->id(), '\n', choice.schedule.text(), '\n',
             static_cast<const void*>(choice.engine));
}

// `held`: a weak pointer of the entry.
template <typename Entry, typename Held>
void forget_unused(std::map<std::string, std::vector<Entry>>& all, Held Entry::*held) {
  for (auto at = all.begin(); at != all.end();) {
    std::erase_if(at->second, [held](const Entry& entry) { return (entry.*held).expired(); });
    at = at->second.empty() ? all.erase(at) : std::next(at);
  }
}

}  // namespace

bool same_constants(const Constants& a, const Constants& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_values);
}

std::shared_ptr<kernels::Kernel> KernelStock::find(const Choice& choice, const KernelSpec& spec,
                                                   const Constants& constants) const {
  const std::lock_guard lock(mutex_);
  const auto at = made_.find(key_of(choice));
  if (at == made_.end()) return nullptr;
  for (const Made& made : at->second)
    if (made.spec.inputs == spec.inputs && made.spec.outputs == spec.outputs &&
        same_constants(made.constants, constants))
      if (std::shared_ptr<kernels::Kernel> kernel = made.kernel.lock()) return kernel;
  return nullptr;
}

void KernelStock::add(const Choice& choice, const KernelSpec& spec, const Constants& constants,
                      const std::shared_ptr<kernels::Kernel>& kernel) {
  const std::lock_guard lock(mutex_);
  forget_unused(made_, &Made::kernel);
  made_[key_of(choice)].push_back({spec, constants, kernel});
}

std::shared_ptr<const void> KernelStock::packed(const std::string& key, const Constants& constants) const {
  const std::lock_guard lock(mutex_);
  const auto at = packed_.find(key);
  if (at == packed_.end()) return nullptr;
  for (const Packing& packing : at->second)
    if (same_constants(packing.constants, constants))
      if (std::shared_ptr<const void> packed = packing.packed.lock()) return packed;
  return nullptr;
}

void KernelStock::add_packed(const std::string& key, const Constants& constants,
                             const std::shared_ptr<const void>& packed) {
  const std::lock_guard lock(mutex_);
  forget_unused(packed_, &Packing::packed);
  packed_[key].push_back({constants, packed});
}

}  // namespace rt3d::runtime

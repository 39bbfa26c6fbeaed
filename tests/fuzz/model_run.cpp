#include "model_run.h"

#include <vector>

#include "base/random.h"
#include "runtime/session.h"

namespace rt3d::fuzz {
namespace {

using runtime::Session;
using runtime::SessionOptions;

// ASan multiplies what everything costs: little enough to try hundreds of models in a second.
constexpr std::int64_t kManyMacs = 2'000'000, kManyBytes = 8 << 20;

SessionOptions options_by(std::uint64_t choice) {
  SessionOptions options;
  options.threads = 1;
  options.tuning.mode = tuner::Mode::off;
  options.memory_limit = 64 << 20;
  if (choice % 4 == 0) options.device = "reference";
  if (choice % 4 == 1 && isa_runs_here(Isa::avx2)) options.isa = Isa::avx2;
  if (choice / 4 % 2) options.accuracy = kernels::Accuracy::exact;
  return options;
}

Tensor seeded(const TensorDesc& desc, std::uint64_t seed) {
  Random random(seed);
  Tensor wide = Tensor::allocate({DType::f32, desc.shape});
  for (float& value : wide.mutable_values<float>()) value = random.uniform(-2, 2);
  return wide.converted(desc.dtype);
}

}  // namespace

void run_model(const graph::Graph& model, std::uint64_t choice) {
  Session session(model, options_by(choice));
  if (session.stats().macs > kManyMacs || session.stats().tensor_bytes > kManyBytes) return;
  for (std::size_t i = 0; i < session.inputs().size(); ++i)
    session.set_input(i, seeded(session.inputs()[i].desc, choice + i).bytes());
  session.run();
}

}  // namespace rt3d::fuzz

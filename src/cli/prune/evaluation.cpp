#include "cli/prune/evaluation.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <numeric>

#include "cli/parts/failure.h"
#include "cli/parts/random_inputs.h"
#include "cli/parts/statistics.h"
#include "cli/parts/timing.h"
#include "dataset/votes.h"

namespace rt3d::cli {
namespace {

// The session's one input, filled clip by clip; what is left of its batch keeps what was there.
class ClipInput {
 public:
  ClipInput(const TensorInfo& info, const Data& data)
      : info_(info), data_(data), array_{RT3D_F32, info.dims, {}} {
    array_.data.resize(static_cast<std::size_t>(element_count(info.dims)) * sizeof(float));
    clip_ = data.layout->dims_of(data.input);
    clip_.batch = 1;
    frames_.resize(static_cast<std::size_t>(clip_.frames));
    std::iota(frames_.begin(), frames_.end(), 0);
  }

  std::int64_t batch() const { return info_.dims[0]; }
  std::size_t values_of_a_clip() const {
    return static_cast<std::size_t>(clip_.channels * clip_.frames * clip_.height * clip_.width);
  }

  void fill(std::int64_t place, const float* planes) {
    const std::vector<float> arranged =
        video::arranged({planes, planes + values_of_a_clip()}, clip_, *data_.layout, frames_, 1);
    std::memcpy(array_.data.data() + static_cast<std::size_t>(place) * arranged.size() * sizeof(float),
                arranged.data(), arranged.size() * sizeof(float));
  }
  void hand_over(rt3d_session* session) const { set_input(session, 0, info_, array_); }

 private:
  TensorInfo info_;
  const Data& data_;
  Array array_;
  video::ClipDims clip_;
  std::vector<std::int64_t> frames_;
};

// How far it is, on a terminal.
void tell(bool quiet, std::int64_t done, std::int64_t all) {
  if (quiet || ::isatty(STDERR_FILENO) != 1) return;
  std::fprintf(stderr, "\rjudging %lld/%lld%s", static_cast<long long>(done), static_cast<long long>(all),
               done >= all ? "\r\x1b[K" : "");
  std::fflush(stderr);
}

}  // namespace

void require_classes(std::int64_t classes, const dataset::Dataset& set) {
  const auto wanted = static_cast<std::int64_t>(set.classes.size());
  if (classes < wanted)
    throw UsageError(join("the data set has ", wanted, " classes, but the model tells ", classes, " apart"));
  if (classes > wanted)
    warn(join("the model tells ", classes, " classes apart, but the data set has ", wanted,
              ": they are taken as the first ones"));
}

Evaluation evaluate_model(rt3d_model* model, const Data& data, const SessionOptions& options) {
  TensorInfo input = inputs_of(model)[0];
  const std::int64_t batch = std::max<std::int64_t>(input.dims[0], 1);
  input.dims = data.input;
  input.dims[0] = batch;
  const SessionHandle session = create_session(model, options, {input});
  const std::vector<TensorInfo> outputs = outputs_of(session.get());
  const std::int64_t values = outputs.empty() ? 0 : element_count(outputs[0].dims);
  if (outputs.size() != 1 || outputs[0].dtype != RT3D_F32 || values % batch != 0)
    throw UsageError("the model's output is no row of scores, one for each class");
  Evaluation result;
  result.classes = values / batch;
  result.batch = batch;
  result.device = rt3d_session_device_text(session.get());
  require_classes(result.classes, data.set);

  dataset::LoaderOptions loading = data.loader;
  loading.threads = thread_count(options);
  loading.batch = batch * data.loader.protocol.views();
  dataset::Loader loader(data.set.test, loading);
  ClipInput clips(input, data);
  dataset::Votes votes;
  std::vector<std::int64_t> times;
  std::int64_t done = 0;
  for (dataset::Batch read; loader.next(read); tell(options.quiet, ++done, loader.batches()))
    for (std::int64_t first = 0; first < read.clips; first += batch) {
      const std::int64_t count = std::min(batch, read.clips - first);
      for (std::int64_t i = 0; i < count; ++i)
        clips.fill(i, read.values.data() + static_cast<std::size_t>(first + i) * clips.values_of_a_clip());
      clips.hand_over(session.get());
      times.push_back(timed_run_ns(session.get()));
      const auto* scores = static_cast<const float*>(rt3d_session_output(session.get(), 0));
      for (std::int64_t i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(first + i);
        votes.add(read.samples[at], read.labels[at],
                  {scores + i * result.classes, static_cast<std::size_t>(result.classes)});
      }
    }
  result.skipped = loader.skipped();
  result.why_skipped = loader.why_skipped();
  if (votes.videos() == 0)
    throw Failure(join("none of ", data.set.test.size(),
                       " videos to test with could be read; the first: ", result.why_skipped));
  result.top1 = votes.among(1);
  result.top5 = votes.among(5);
  result.loss = votes.loss();
  result.run_ns = median(times);
  return result;
}

}  // namespace rt3d::cli

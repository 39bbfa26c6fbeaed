// What the opaque handles of rt3d.h are, and conversions shared by their functions.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/forks.h"
#include "graph/graph.h"
#include "rt3d/rt3d.h"
#include "runtime/session.h"
#include "tuner/tuning_db.h"

struct rt3d_model {
  std::shared_ptr<const rt3d::graph::Graph> graph;
  std::mutex text_mutex;  // a std::once_flag would end the process: the C library unwinds only with memory
  std::string text;
};

struct rt3d_session {
  std::optional<rt3d::runtime::Session> session;
  mutable std::atomic<bool> in_use{false};              // by a call that changes or describes it
  mutable std::string tuning_error;                     // as rt3d_session_get_tuning gave it last
  std::vector<rt3d::runtime::LayerProspect> prospects;  // as rt3d_session_find_prospects found them last
};

struct rt3d_db {
  std::optional<rt3d::tuner::TuningDb> db;
  std::string path;
  std::string exported;
  mutable std::mutex mutex;                     // held by the call that uses it
  mutable std::atomic<std::thread::id> user{};  // who makes that call
  unsigned born = rt3d::forks().born;           // the process it was opened in
};

namespace rt3d::api {

// `name` must live as long as the handle it came from.
rt3d_tensor_info tensor_info(const std::string& name, const TensorDesc& desc);
// With the state's text.
rt3d_tuning_state tuning_state(const runtime::LaterTuningState& state);

// Fails when a caller's struct does not begin with a size that it can have: `from` names the macro that sets it.
template <typename Struct>
void require_size(const Struct& sized, const char* what, const char* from) {
  constexpr std::size_t kLeast = 2 * sizeof(std::size_t), kMost = 4096;
  if (sized.size < kLeast || sized.size > kMost || sized.size % alignof(Struct) != 0)
    fail(Code::invalid_argument, what, ": the struct's size is ", sized.size, "; start from ", from);
}

// Copies as many bytes as both sides know; `size` is the caller's idea of the struct's size.
template <typename Struct>
void copy_sized(Struct* to, const Struct& from) {
  const std::size_t size = to->size;
  std::memcpy(static_cast<void*>(to), &from, std::min(size, sizeof(Struct)));
  to->size = size;
}

}  // namespace rt3d::api

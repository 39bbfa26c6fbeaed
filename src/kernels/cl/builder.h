// Builder: compiles programs for one device, several at a time, each once, and keeps the binaries in a cache.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "kernels/cl/program.h"
#include "kernels/cl/program_cache.h"

namespace rt3d::kernels::cl {

class Builder {
 public:
  struct Build;  // one program, done or not
  using Ticket = std::shared_ptr<Build>;

  // At most so many at a time, on threads that are started with the first.
  Builder(const ClDevice& device, cl_context context, int threads);
  ~Builder();

  // Before the first start(): where binaries are kept.
  void keep_in(const std::filesystem::path& file);
  // Begins to build, or finds what was begun. Throws nothing of the driver's.
  Ticket start(const KernelCode& code);
  int most_at_once() const { return most_threads_; }
  // Whether it is done, or done within that time.
  bool await(const Ticket& ticket, std::chrono::nanoseconds at_most);
  // The same of all that were started and are still wanted by somebody.
  bool await_all(std::chrono::nanoseconds at_most);
  // Waits for it and makes a kernel, whose arguments nobody else sets. Throws device with the driver's log.
  Handle<cl_kernel> kernel(const Ticket& ticket);
  // Something small that is known of the device, in the same file.
  template <typename Value>
  std::optional<Value> recall(const std::string& name) {
    const std::optional<Bytes> bytes = cache_.recall(kKnown + name);
    if (!bytes || bytes->size() != sizeof(Value)) return std::nullopt;
    Value value;
    std::memcpy(&value, bytes->data(), sizeof value);
    return value;
  }
  template <typename Value>
  void keep(const std::string& name, const Value& value) {
    Bytes bytes(sizeof value);
    std::memcpy(bytes.data(), &value, sizeof value);
    cache_.add(kKnown + name, std::move(bytes));
  }
  // Puts what was built from source and is still in use into the cache's file, and forgets what nobody uses: candidates that lost.
  void save();

 private:
  static constexpr const char* kKnown = "measured ";
  void work();
  template <typename Done>
  bool await(std::chrono::nanoseconds at_most, const Done& done);
  void drop_unwanted();
  void build(Build& build);
  Handle<cl_program> from_binary(const std::string& key, const std::string& options);

  const ClDevice& device_;
  cl_context context_;
  const int most_threads_;
  ProgramCache cache_;
  std::mutex loading_;  // one binary at a time: the cache has one mark
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Ticket> known_;
  std::deque<Ticket> waiting_;
  int running_ = 0;
  bool ends_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace rt3d::kernels::cl

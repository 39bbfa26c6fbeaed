#include "kernels/cl/builder.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "kernels/cl/status.h"

namespace rt3d::kernels::cl {

using Clock = std::chrono::steady_clock;

struct Builder::Build {
  KernelCode code;
  Handle<cl_program> program;
  std::string key;
  bool begun = false, done = false, from_source = false, dumped = false;
  Code error = Code::ok;
  std::string why;  // it failed
};

Builder::Builder(ClDevice device, std::shared_ptr<const Handle<cl_context>> context, int threads,
                 std::chrono::nanoseconds patience)
    : device_(std::move(device)),
      context_(std::move(context)),
      most_threads_(std::max(1, threads)),
      patience_(patience) {}

void Builder::end() {
  std::unique_lock lock(mutex_);
  ends_ = true;
  waiting_.clear();
  changed_.notify_all();
  if (!hangs_)
    changed_.wait_for(lock, patience_, [&] { return std::ranges::all_of(workers_, &Worker::gone); });
  for (Worker& worker : workers_) {
    if (worker.gone) {
      lock.unlock();
      worker.thread.join();
      lock.lock();
    } else {
      worker.thread.detach();
    }
  }
}

void Builder::keep_in(const std::filesystem::path& file) { cache_.open(file); }

Builder::Ticket Builder::start(const KernelCode& code) {
  const std::lock_guard lock(mutex_);
  const auto known =
      std::find_if(known_.begin(), known_.end(), [&](const Ticket& t) { return t->code == code; });
  if (known != known_.end()) return *known;
  auto ticket = std::make_shared<Build>();
  ticket->code = code;
  if (waiting_.empty() && running_ == 0) progress_ = Clock::now();
  known_.push_back(ticket);
  waiting_.push_back(ticket);
  if (static_cast<int>(workers_.size()) < most_threads_) {
    try {
      Worker& worker = workers_.emplace_back();
      worker.thread = std::thread([self = shared_from_this(), &worker] { self->work(worker); });
    } catch (const std::exception&) {  // no more threads: kernel() builds what nobody has begun
      workers_.pop_back();
    }
  }
  changed_.notify_all();
  return ticket;
}

void Builder::work(Worker& self) {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ends_ || !waiting_.empty(); });
    if (ends_) break;
    drop_unwanted();
    if (waiting_.empty()) {
      changed_.notify_all();
      continue;
    }
    const Ticket next = waiting_.front();
    waiting_.pop_front();
    ++running_;
    next->begun = true;
    progress_ = Clock::now();
    lock.unlock();
    build(*next);
    lock.lock();
    --running_;
    next->done = true;
    progress_ = Clock::now();
    changed_.notify_all();
  }
  self.gone = true;
  changed_.notify_all();
}

// What waits while those who asked for it are gone: candidates for which the time ran out.
void Builder::drop_unwanted() {
  constexpr long kOurs = 2;  // known_ and waiting_
  std::erase_if(waiting_, [&](const Ticket& ticket) {
    if (ticket.use_count() > kOurs) return false;
    std::erase(known_, ticket);
    return true;
  });
}

template <typename Done>
bool Builder::await(std::chrono::nanoseconds at_most, const Done& done) {
  // Longer waits are forever: the clock does not count so far.
  constexpr std::chrono::nanoseconds kForever = std::chrono::hours(24 * 365);
  std::unique_lock lock(mutex_);
  if (workers_.empty()) return true;  // there are none to be had: kernel() builds
  if (at_most < kForever) return changed_.wait_for(lock, at_most, done);
  changed_.wait(lock, done);
  return true;
}

bool Builder::await(const Ticket& ticket, std::chrono::nanoseconds at_most) {
  return await(at_most, [&] { return ticket->done; });
}

bool Builder::await_all(std::chrono::nanoseconds at_most) {
  return await(at_most, [&] {
    drop_unwanted();
    return waiting_.empty() && running_ == 0;
  });
}

void Builder::build(Build& build) {
  try {
    const std::string options = build_options(build.code, device_.description);
    build.key = ProgramCache::key(build.code, options, device_.description.fingerprint());
    if (cache_.recall(kHung + build.key))
      fail(Code::device, "OpenCL: ", device_.description.name, " hung before when it compiled ",
           build.code.kernel, "; to try it again, delete ", cache_.file().string());
    build.program = from_binary(build.key, options);
    if (build.program) return dump_source(device_, build.code);
    build.from_source = true;
    build.program = build_program(device_, context_->get(), build.code);
  } catch (const Error& error) {
    build.error = error.code();
    build.why = error.what();
  } catch (const std::exception&) {
    build.error = Code::out_of_memory;
    build.why = "out of memory";
  }
}

// Nothing where there is no binary, or the driver refuses it.
Handle<cl_program> Builder::from_binary(const std::string& key, const std::string& options) {
  const std::lock_guard lock(loading_);
  const std::optional<Bytes> binary = cache_.begin_load(key);
  if (!binary) return {};
  const Api& api = *device_.api;
  const std::size_t bytes = binary->size();
  const auto* data = reinterpret_cast<const unsigned char*>(binary->data());
  cl_int status = CL_SUCCESS, of_binary = CL_SUCCESS;
  Handle program(
      api.CreateProgramWithBinary(context_->get(), 1, &device_.id, &bytes, &data, &of_binary, &status),
      api.ReleaseProgram);
  if (status == CL_SUCCESS) status = of_binary;
  if (status == CL_SUCCESS)
    status = api.BuildProgram(program.get(), 1, &device_.id, options.c_str(), nullptr, nullptr);
  cache_.end_load(key, status == CL_SUCCESS);
  return status == CL_SUCCESS ? std::move(program) : Handle<cl_program>();
}

Handle<cl_kernel> Builder::kernel(const Ticket& ticket) {
  {
    std::unique_lock lock(mutex_);
    const auto at = std::find(waiting_.begin(), waiting_.end(), ticket);
    if (at != waiting_.end() && workers_.empty()) {
      waiting_.erase(at);
      build(*ticket);
      ticket->done = true;
    }
    while (!changed_.wait_until(lock, progress_ + patience_, [&] { return ticket->done; }))
      if (Clock::now() >= progress_ + patience_) give_up();
  }
  if (ticket->error != Code::ok) fail(ticket->error, ticket->why);
  cl_int status = CL_SUCCESS;
  Handle kernel(device_.api->CreateKernel(ticket->program.get(), ticket->code.kernel.c_str(), &status),
                device_.api->ReleaseKernel);
  check(status, "making the kernel " + ticket->code.kernel);
  if (!std::exchange(ticket->dumped, true)) dump_binary(device_, ticket->program.get(), ticket->code);
  return kernel;
}

// With the lock. What has begun and is not done is what the driver hangs with.
void Builder::give_up() {
  hangs_ = true;
  std::string kernels;
  for (const Ticket& ticket : known_) {
    if (!ticket->begun || ticket->done) continue;
    kernels += (kernels.empty() ? "" : ", ") + ticket->code.kernel;
    cache_.add(kHung + ProgramCache::key(ticket->code, build_options(ticket->code, device_.description),
                                         device_.description.fingerprint()),
               Bytes(1));
  }
  cache_.save();
  fail(Code::device, "OpenCL: ", device_.description.name, " hangs: it has compiled ", kernels, " for ",
       std::chrono::duration_cast<std::chrono::seconds>(patience_).count(),
       " s and is not done; RT3D_OPENCL_PATIENCE waits longer");
}

// Mali's machine code is made when a kernel is: binaries are asked for only after that.
void Builder::save() {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(known_, [](const Ticket& ticket) { return ticket->done && ticket.use_count() == 1; });
    for (const Ticket& ticket : known_)
      if (ticket->done && ticket->from_source && ticket->program)
        cache_.add(ticket->key, binary_of(*device_.api, ticket->program.get()));
  }
  cache_.save();
}

}  // namespace rt3d::kernels::cl

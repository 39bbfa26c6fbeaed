#include "tuner/faulty_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <new>

namespace rt3d::tests {
namespace {

constexpr IoFault kIoFaults[] = {
    {"open", IoCall::open, SQLITE_CANTOPEN, false, false},
    {"delete", IoCall::remove, SQLITE_IOERR_DELETE, false, false},
    {"access", IoCall::access, SQLITE_IOERR_ACCESS, false, false},
    {"read", IoCall::read, SQLITE_IOERR_READ, false, false},
    {"short read", IoCall::read, SQLITE_IOERR_SHORT_READ, false, true},
    {"write", IoCall::write, SQLITE_IOERR_WRITE, false, false},
    {"full disk", IoCall::write, SQLITE_FULL, false, false},
    {"truncate", IoCall::truncate, SQLITE_IOERR_TRUNCATE, false, false},
    {"sync", IoCall::sync, SQLITE_IOERR_FSYNC, false, false},
    {"size", IoCall::size, SQLITE_IOERR_FSTAT, false, false},
    {"lock", IoCall::lock, SQLITE_IOERR_LOCK, false, false},
    {"busy", IoCall::lock, SQLITE_BUSY, true, false},
    {"unlock", IoCall::unlock, SQLITE_IOERR_UNLOCK, false, false},
    {"check of a lock", IoCall::check_lock, SQLITE_IOERR_CHECKRESERVEDLOCK, false, false},
    {"shared memory", IoCall::map_shared, SQLITE_IOERR_SHMMAP, false, false},
    {"lock of shared memory", IoCall::lock_shared, SQLITE_IOERR_SHMLOCK, false, false},
    {"busy shared memory", IoCall::lock_shared, SQLITE_BUSY, true, false},
};

sqlite3_vfs* real_vfs = nullptr;
std::atomic<const IoFault*> armed = nullptr;
std::atomic<int> calls_left = 0, failed = 0;
std::atomic<bool> goes_on = false;

// SQLITE_OK: this call is to work.
int fault_in(IoCall call) {
  const IoFault* fault = armed;
  if (fault == nullptr || fault->call != call) return SQLITE_OK;
  const int left = --calls_left;
  if (left > 0 || (left < 0 && !goes_on)) return SQLITE_OK;
  ++failed;
  return fault->result;
}

struct ShimFile {
  sqlite3_file base;
  sqlite3_file* real;  // behind it, in the memory that SQLite gave
};
sqlite3_file* real_of(sqlite3_file* file) { return reinterpret_cast<ShimFile*>(file)->real; }
const sqlite3_io_methods* real_methods(sqlite3_file* file) { return real_of(file)->pMethods; }

int close_file(sqlite3_file* file) { return real_methods(file)->xClose(real_of(file)); }

int read_file_at(sqlite3_file* file, void* to, int bytes, sqlite3_int64 at) {
  const int fault = fault_in(IoCall::read);
  if (fault == SQLITE_IOERR_SHORT_READ) std::memset(to, 0, static_cast<std::size_t>(bytes));
  return fault != SQLITE_OK ? fault : real_methods(file)->xRead(real_of(file), to, bytes, at);
}

// What fails has written a half: so do disks that are full.
int write_file_at(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 at) {
  const int fault = fault_in(IoCall::write);
  const int written = real_methods(file)->xWrite(real_of(file), from, fault ? bytes / 2 : bytes, at);
  return fault != SQLITE_OK ? fault : written;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  const int fault = fault_in(IoCall::truncate);
  return fault != SQLITE_OK ? fault : real_methods(file)->xTruncate(real_of(file), size);
}

int sync_file(sqlite3_file* file, int flags) {
  const int fault = fault_in(IoCall::sync);
  return fault != SQLITE_OK ? fault : real_methods(file)->xSync(real_of(file), flags);
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
  const int fault = fault_in(IoCall::size);
  return fault != SQLITE_OK ? fault : real_methods(file)->xFileSize(real_of(file), size);
}

int lock_file(sqlite3_file* file, int level) {
  const int fault = fault_in(IoCall::lock);
  return fault != SQLITE_OK ? fault : real_methods(file)->xLock(real_of(file), level);
}

// The lock is gone all the same: whose it was could not give it back a second time.
int unlock_file(sqlite3_file* file, int level) {
  const int unlocked = real_methods(file)->xUnlock(real_of(file), level), fault = fault_in(IoCall::unlock);
  return fault != SQLITE_OK ? fault : unlocked;
}

int check_lock_of_file(sqlite3_file* file, int* locked) {
  const int fault = fault_in(IoCall::check_lock);
  return fault != SQLITE_OK ? fault : real_methods(file)->xCheckReservedLock(real_of(file), locked);
}

int control_file(sqlite3_file* file, int what, void* with) {
  return real_methods(file)->xFileControl(real_of(file), what, with);
}
int sector_of_file(sqlite3_file* file) { return real_methods(file)->xSectorSize(real_of(file)); }
int traits_of_file(sqlite3_file* file) { return real_methods(file)->xDeviceCharacteristics(real_of(file)); }

int map_shared_of_file(sqlite3_file* file, int region, int bytes, int extend, void volatile** at) {
  const int fault = fault_in(IoCall::map_shared);
  if (fault != SQLITE_OK) *at = nullptr;
  return fault != SQLITE_OK ? fault : real_methods(file)->xShmMap(real_of(file), region, bytes, extend, at);
}

int lock_shared_of_file(sqlite3_file* file, int offset, int count, int flags) {
  const int fault = (flags & SQLITE_SHM_LOCK) != 0 ? fault_in(IoCall::lock_shared) : SQLITE_OK;
  return fault != SQLITE_OK ? fault : real_methods(file)->xShmLock(real_of(file), offset, count, flags);
}

void order_shared_of_file(sqlite3_file* file) { real_methods(file)->xShmBarrier(real_of(file)); }
int unmap_shared_of_file(sqlite3_file* file, int remove) {
  return real_methods(file)->xShmUnmap(real_of(file), remove);
}

sqlite3_io_methods shim_methods() {
  sqlite3_io_methods m{};
  m.iVersion = 2;
  m.xClose = close_file;
  m.xRead = read_file_at;
  m.xWrite = write_file_at;
  m.xTruncate = truncate_file;
  m.xSync = sync_file;
  m.xFileSize = size_of_file;
  m.xLock = lock_file;
  m.xUnlock = unlock_file;
  m.xCheckReservedLock = check_lock_of_file;
  m.xFileControl = control_file;
  m.xSectorSize = sector_of_file;
  m.xDeviceCharacteristics = traits_of_file;
  m.xShmMap = map_shared_of_file;
  m.xShmLock = lock_shared_of_file;
  m.xShmBarrier = order_shared_of_file;
  m.xShmUnmap = unmap_shared_of_file;
  return m;
}

int open_file(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  static const sqlite3_io_methods methods = shim_methods();
  auto* shim = new (file) ShimFile{};
  shim->real = reinterpret_cast<sqlite3_file*>(shim + 1);
  if (const int fault = fault_in(IoCall::open); fault != SQLITE_OK) return fault;
  const int opened = real_vfs->xOpen(real_vfs, name, shim->real, flags, out_flags);
  if (shim->real->pMethods != nullptr) shim->base.pMethods = &methods;
  return opened;
}

int remove_file(sqlite3_vfs*, const char* name, int sync) {
  const int fault = fault_in(IoCall::remove);
  return fault != SQLITE_OK ? fault : real_vfs->xDelete(real_vfs, name, sync);
}

int access_file(sqlite3_vfs*, const char* name, int flags, int* there) {
  const int fault = fault_in(IoCall::access);
  return fault != SQLITE_OK ? fault : real_vfs->xAccess(real_vfs, name, flags, there);
}

int full_name(sqlite3_vfs*, const char* name, int bytes, char* full) {
  return real_vfs->xFullPathname(real_vfs, name, bytes, full);
}
int random_bytes(sqlite3_vfs*, int bytes, char* to) { return real_vfs->xRandomness(real_vfs, bytes, to); }
// SQLite waits for locks that others hold: here nobody holds one, and who never gets it need not wait.
int sleep_no_time(sqlite3_vfs*, int us) { return us; }
int last_system_error(sqlite3_vfs*, int bytes, char* text) {
  return real_vfs->xGetLastError(real_vfs, bytes, text);
}
int time_in_days(sqlite3_vfs*, double* now) { return real_vfs->xCurrentTime(real_vfs, now); }
int time_in_ms(sqlite3_vfs*, sqlite3_int64* now) { return real_vfs->xCurrentTimeInt64(real_vfs, now); }

sqlite3_vfs& shim_vfs() {
  static sqlite3_vfs shim = [] {
    sqlite3_vfs v{};
    v.iVersion = 2;
    v.szOsFile = static_cast<int>(sizeof(ShimFile)) + real_vfs->szOsFile;
    v.mxPathname = real_vfs->mxPathname;
    v.zName = "rt3d-faults";
    v.xOpen = open_file;
    v.xDelete = remove_file;
    v.xAccess = access_file;
    v.xFullPathname = full_name;
    v.xRandomness = random_bytes;
    v.xSleep = sleep_no_time;
    v.xGetLastError = last_system_error;
    v.xCurrentTime = time_in_days;
    v.xCurrentTimeInt64 = time_in_ms;
    return v;
  }();
  return shim;
}

}  // namespace

std::span<const IoFault> io_faults() { return kIoFaults; }

FaultyVfs::FaultyVfs() {
  if (real_vfs == nullptr) real_vfs = sqlite3_vfs_find(nullptr);
  sqlite3_vfs_register(&shim_vfs(), 1);
}

FaultyVfs::~FaultyVfs() {
  disarm();
  sqlite3_vfs_register(real_vfs, 1);
}

void FaultyVfs::arm(const IoFault& fault, int n, bool for_ever) {
  calls_left = n;
  goes_on = for_ever;
  failed = 0;
  armed = &fault;
}

int FaultyVfs::disarm() {
  armed = nullptr;
  return failed;
}

}  // namespace rt3d::tests

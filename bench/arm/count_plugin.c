// A plugin for qemu-aarch64 (user mode, plugin interface 1): counts what a marked part of a program executes: instructions,
// FMLAs, and the cache lines that a core with LRU caches (and no prefetcher) would fetch from each level.
//
// The program marks its parts with system calls that do not exist (the kernel answers ENOSYS, the plugin sees the numbers):
//   syscall(MARK, BEGIN, part)   counts from zero; caches keep what they hold
//   syscall(MARK, END, part)     writes the part's counts to the file given as out=
// Lines written: "part P instructions I fmla F l1 N l2 N l3 N writeback N", lN being lines missed in level N, then for every
// translated block that ran "block ADDRESS instructions fmlas times". Counting is not atomic: one thread must do the marked work.
// Arguments: out=FILE,l1=BYTES/WAYS,l2=BYTES/WAYS,l3=BYTES/WAYS,lines=on|off. Debian packages no header for plugins; what is used of the
// interface is declared here.
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t plugin_id;
enum { kInlineAdd = 0, kNoRegisters = 0, kReadsAndWrites = 3 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, struct qemu_plugin_tb*));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb*, int op, void* counter, uint64_t add);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn*,
                                      void (*)(unsigned cpu, uint32_t info, uint64_t address, void*), int flags,
                                      int reads_or_writes, void* data);
void qemu_plugin_register_vcpu_syscall_cb(plugin_id,
                                          void (*)(plugin_id, unsigned cpu, int64_t number, uint64_t, uint64_t,
                                                   uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb*);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb*);
struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb*, size_t index);
const void* qemu_plugin_insn_data(const struct qemu_plugin_insn*);
bool qemu_plugin_mem_is_store(uint32_t info);
unsigned qemu_plugin_mem_size_shift(uint32_t info);

#define EXPORT __attribute__((visibility("default")))
EXPORT int qemu_plugin_version = 1;

enum { kMark = 0x52543344, kBegin = 1, kEnd = 2, kLineShift = 6 };

// One level: every set holds its lines most recent first, each as line number << 1 | dirty; 0 is an empty way (line 0 is never
// mapped).
struct Cache {
  uint64_t* lines;
  uint64_t sets, ways, misses;
};
static struct Cache levels[3];  // nearest first
static uint64_t written_back;   // dirty lines that left the last level
static bool watching_lines = true, counting;

struct Block {
  struct Block* next;
  uint64_t address, instructions, fmlas, times;
};
static struct Block* blocks;
static FILE* out;

static void mark_dirty(int level, uint64_t line) {
  for (; level < 3; ++level) {
    struct Cache* c = &levels[level];
    uint64_t* set = c->lines + line % c->sets * c->ways;
    for (uint64_t i = 0; i < c->ways; ++i)
      if (set[i] >> 1 == line) {
        set[i] |= 1;
        return;
      }
  }
  ++written_back;
}

static void touch(int level, uint64_t line, bool store) {
  struct Cache* c = &levels[level];
  uint64_t* set = c->lines + line % c->sets * c->ways;
  uint64_t i = 0;
  while (i < c->ways && set[i] >> 1 != line) ++i;
  uint64_t entry = line << 1 | store;
  if (i < c->ways) {
    entry |= set[i];
  } else {
    ++c->misses;
    if (level < 2) touch(level + 1, line, false);
    i = c->ways - 1;
    if (set[i] & 1) mark_dirty(level + 1, set[i] >> 1);
  }
  memmove(set + 1, set, i * sizeof *set);
  set[0] = entry;
}

static void on_access(unsigned cpu, uint32_t info, uint64_t address, void* data) {
  (void)cpu, (void)data;
  if (!counting) return;
  const bool store = qemu_plugin_mem_is_store(info);
  const uint64_t last = (address + (1u << qemu_plugin_mem_size_shift(info)) - 1) >> kLineShift;
  for (uint64_t line = address >> kLineShift; line <= last; ++line) touch(0, line, store);
}

static bool is_fmla(uint32_t i) {
  return (i & 0xBF80F400u) == 0x0F801000u ||  // by element, .4s or .2d
         (i & 0xBFC0F400u) == 0x0F001000u ||  // by element, .8h
         (i & 0xBFA0FC00u) == 0x0E20CC00u ||  // vectors, .4s or .2d
         (i & 0xBFE0FC00u) == 0x0E400C00u;    // vectors, .8h
}

static void on_translation(plugin_id id, struct qemu_plugin_tb* tb) {
  (void)id;
  struct Block* b = calloc(1, sizeof *b);
  if (!b) abort();
  b->next = blocks;
  blocks = b;
  b->address = qemu_plugin_tb_vaddr(tb);
  b->instructions = qemu_plugin_tb_n_insns(tb);
  for (size_t i = 0; i < b->instructions; ++i) {
    struct qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(tb, i);
    uint32_t word;
    memcpy(&word, qemu_plugin_insn_data(instruction), sizeof word);
    b->fmlas += is_fmla(word);
    if (watching_lines)
      qemu_plugin_register_vcpu_mem_cb(instruction, on_access, kNoRegisters, kReadsAndWrites, NULL);
  }
  qemu_plugin_register_vcpu_tb_exec_inline(tb, kInlineAdd, &b->times, 1);
}

static void begin(void) {
  for (struct Block* b = blocks; b; b = b->next) b->times = 0;
  for (int i = 0; i < 3; ++i) levels[i].misses = 0;
  written_back = 0;
  counting = true;
}

static void end(uint64_t part) {
  counting = false;
  uint64_t instructions = 0, fmlas = 0;
  for (const struct Block* b = blocks; b; b = b->next) {
    instructions += b->times * b->instructions;
    fmlas += b->times * b->fmlas;
  }
  fprintf(out, "part %" PRIu64 " instructions %" PRIu64 " fmla %" PRIu64, part, instructions, fmlas);
  fprintf(out, " l1 %" PRIu64 " l2 %" PRIu64 " l3 %" PRIu64 " writeback %" PRIu64 "\n", levels[0].misses,
          levels[1].misses, levels[2].misses, written_back);
  for (const struct Block* b = blocks; b; b = b->next)
    if (b->times)
      fprintf(out, "block %" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", b->address, b->instructions,
              b->fmlas, b->times);
  fflush(out);
}

static void on_syscall(plugin_id id, unsigned cpu, int64_t number, uint64_t what, uint64_t part, uint64_t a3,
                       uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8) {
  (void)id, (void)cpu, (void)a3, (void)a4, (void)a5, (void)a6, (void)a7, (void)a8;
  if (number != kMark) return;
  if (what == kBegin) begin();
  if (what == kEnd) end(part);
}

static bool make_cache(struct Cache* c, const char* text) {
  uint64_t bytes;
  if (sscanf(text, "%" SCNu64 "/%" SCNu64, &bytes, &c->ways) != 2 || c->ways == 0 || c->ways > 64 ||
      bytes > (1u << 30))
    return false;
  c->sets = bytes / c->ways >> kLineShift;
  c->lines = c->sets ? calloc(c->sets * c->ways, sizeof *c->lines) : NULL;
  return c->lines != NULL;
}

EXPORT int qemu_plugin_install(plugin_id id, const void* info, int argc, char** argv) {
  (void)info;
  const char* sizes[3] = {"65536/4", "262144/8", "4194304/16"};
  for (int i = 0; i < argc; ++i) {
    if (strncmp(argv[i], "out=", 4) == 0) out = fopen(argv[i] + 4, "w");
    if (strncmp(argv[i], "lines=", 6) == 0) watching_lines = strcmp(argv[i] + 6, "off") != 0;
    if (argv[i][0] == 'l' && argv[i][1] >= '1' && argv[i][1] <= '3' && argv[i][2] == '=')
      sizes[argv[i][1] - '1'] = argv[i] + 3;
  }
  for (int i = 0; i < 3; ++i)
    if (!make_cache(&levels[i], sizes[i])) {
      fprintf(stderr, "count_plugin: l%d=%s is not BYTES/WAYS\n", i + 1, sizes[i]);
      return 1;
    }
  if (!out) {
    fprintf(stderr, "count_plugin: wants out=FILE, a file that can be written\n");
    return 1;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  qemu_plugin_register_vcpu_syscall_cb(id, on_syscall);
  return 0;
}

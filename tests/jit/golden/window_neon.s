sub sp, sp, 64                              ; FF0301D1
stp d8, d9, [sp]                            ; E827006D
stp d10, d11, [sp, 16]                      ; EA2F016D
stp d12, d13, [sp, 32]                      ; EC37026D
stp d14, d15, [sp, 48]                      ; EE3F036D
mov w16, 4286578688                         ; 10F0BF52
dup v0.4s, w16                              ; 000E044E
mov v1.16b, v0.16b                          ; 011CA04E
ldr x1, [x0]                                ; 010040F9
ldr x2, [x0, 8]                             ; 020440F9
ldr x3, [x0, 16]                            ; 030840F9
ldr x4, [x0, 24]                            ; 040C40F9
cbz x3, L1                                  ; 030000B4
L0:
ldrsw x5, [x2]                              ; 450080B9
add x5, x5, x1                              ; A500018B
add x2, x2, 8                               ; 42200091
ldur q3, [x5]                               ; A300C03C
fmax v0.4s, v0.4s, v3.4s                    ; 00F4234E
ldur q3, [x5, 32]                           ; A300C23C
fmax v1.4s, v1.4s, v3.4s                    ; 21F4234E
subs x3, x3, 1                              ; 630400F1
b.ne L0                                     ; 01FFFF54
L1:
ldr x7, [x0, 32]                            ; 071040F9
str q0, [x7]                                ; E000803D
str q1, [x7, 16]                            ; E104803D
ldp d8, d9, [sp]                            ; E827406D
ldp d10, d11, [sp, 16]                      ; EA2F416D
ldp d12, d13, [sp, 32]                      ; EC37426D
ldp d14, d15, [sp, 48]                      ; EE3F436D
add sp, sp, 64                              ; FF030191
ret x30                                     ; C0035FD6

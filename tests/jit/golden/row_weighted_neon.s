sub sp, sp, 64                              ; FF0301D1
stp d8, d9, [sp]                            ; E827006D
stp d10, d11, [sp, 16]                      ; EA2F016D
stp d12, d13, [sp, 32]                      ; EC37026D
stp d14, d15, [sp, 48]                      ; EE3F036D
ldr x1, [x0]                                ; 010040F9
ldr x7, [x0, 32]                            ; 071040F9
ldr x4, [x0, 64]                            ; 042040F9
L0:
ldr x2, [x0, 8]                             ; 020440F9
ldr x3, [x0, 16]                            ; 030840F9
ldr x5, [x0, 40]                            ; 051440F9
ldur q0, [x5]                               ; A000C03C
mov v1.16b, v0.16b                          ; 011CA04E
cbz x3, L2                                  ; 030000B4
L1:
ldr x6, [x0, 24]                            ; 060C40F9
ldrsw x5, [x2, 4]                           ; 450480B9
add x6, x6, x5                              ; C600058B
ldrsw x5, [x2]                              ; 450080B9
add x5, x5, x1                              ; A500018B
add x2, x2, 8                               ; 42200091
ldur q2, [x6]                               ; C200C03C
ldur q3, [x6, 16]                           ; C300C13C
ldur q4, [x6, 32]                           ; C400C23C
ldur q5, [x5, 16]                           ; A500C13C
ldur q6, [x5, 32]                           ; A600C23C
ldur q7, [x5, 48]                           ; A700C33C
ldur q8, [x5, 64]                           ; A800C43C
fmla v1.4s, v2.4s, v6.4s                    ; 41CC264E
fmla v0.4s, v3.4s, v5.4s                    ; 60CC254E
fmla v1.4s, v3.4s, v7.4s                    ; 61CC274E
fmla v0.4s, v4.4s, v6.4s                    ; 80CC264E
fmla v1.4s, v4.4s, v8.4s                    ; 81CC284E
subs x3, x3, 1                              ; 630400F1
b.ne L1                                     ; A1FDFF54
L2:
str q0, [x7]                                ; E000803D
str q1, [x7, 16]                            ; E104803D
add x1, x1, 128                             ; 21000291
add x7, x7, 128                             ; E7000291
subs x4, x4, 1                              ; 840400F1
b.ne L0                                     ; 21FCFF54
ldp d8, d9, [sp]                            ; E827406D
ldp d10, d11, [sp, 16]                      ; EA2F416D
ldp d12, d13, [sp, 32]                      ; EC37426D
ldp d14, d15, [sp, 48]                      ; EE3F436D
add sp, sp, 64                              ; FF030191
ret x30                                     ; C0035FD6

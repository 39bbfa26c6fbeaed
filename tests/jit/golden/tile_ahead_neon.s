sub sp, sp, 64                              ; FF0301D1
stp d8, d9, [sp]                            ; E827006D
stp d10, d11, [sp, 16]                      ; EA2F016D
stp d12, d13, [sp, 32]                      ; EC37026D
stp d14, d15, [sp, 48]                      ; EE3F036D
ldr x7, [x0, 32]                            ; 071040F9
ldr x5, [x0, 56]                            ; 051C40F9
ldr x6, [x0, 40]                            ; 061440F9
tst x5, 1                                   ; BF0040F2
b.eq L0                                     ; 00000054
tst x5, 4                                   ; BF007EF2
b.eq L1                                     ; 00000054
.word 0xF98000E2
.word 0xF98008E2
.word 0xF98010E2
.word 0xF98800E2
.word 0xF98808E2
.word 0xF98810E2
L1:
movi v0.4s, 0                               ; 00E4004F
movi v1.4s, 0                               ; 01E4004F
movi v2.4s, 0                               ; 02E4004F
movi v3.4s, 0                               ; 03E4004F
movi v4.4s, 0                               ; 04E4004F
movi v5.4s, 0                               ; 05E4004F
b L2                                        ; 00000014
L0:
ldur q0, [x6]                               ; C000C03C
mov v2.16b, v0.16b                          ; 021CA04E
mov v4.16b, v0.16b                          ; 041CA04E
ldur q1, [x6, 16]                           ; C100C13C
mov v3.16b, v1.16b                          ; 231CA14E
mov v5.16b, v1.16b                          ; 251CA14E
L2:
movi v6.4s, 0                               ; 06E4004F
movi v7.4s, 0                               ; 07E4004F
movi v8.4s, 0                               ; 08E4004F
movi v9.4s, 0                               ; 09E4004F
movi v10.4s, 0                              ; 0AE4004F
movi v11.4s, 0                              ; 0BE4004F
ldr x1, [x0]                                ; 010040F9
ldr x2, [x0, 8]                             ; 020440F9
ldr x3, [x0, 16]                            ; 030840F9
ldr x4, [x0, 24]                            ; 040C40F9
ldr x7, [x0, 64]                            ; 072040F9
cbz x3, L4                                  ; 030000B4
L3:
ldrsw x5, [x2]                              ; 450080B9
ldrsw x6, [x2, 4]                           ; 460480B9
add x2, x2, 8                               ; 42200091
add x5, x5, x1                              ; A500018B
add x6, x6, x4                              ; C600048B
ldur q15, [x6]                              ; CF00C03C
ldur q12, [x5]                              ; AC00C03C
ldur q13, [x5, 16]                          ; AD00C13C
ldur q14, [x5, 32]                          ; AE00C23C
ldur q16, [x6, 16]                          ; D000C13C
ldur q17, [x6, 32]                          ; D100C23C
ldur q18, [x6, 48]                          ; D200C33C
fmla v0.4s, v15.4s, v12.s[0]                ; E0118C4F
fmla v2.4s, v15.4s, v13.s[0]                ; E2118D4F
ldur q19, [x6, 64]                          ; D300C43C
fmla v4.4s, v15.4s, v14.s[0]                ; E4118E4F
fmla v1.4s, v16.4s, v12.s[0]                ; 01128C4F
fmla v3.4s, v16.4s, v13.s[0]                ; 03128D4F
ldur q20, [x6, 80]                          ; D400C53C
fmla v5.4s, v16.4s, v14.s[0]                ; 05128E4F
.word 0xF98000E2
fmla v6.4s, v17.4s, v12.s[1]                ; 2612AC4F
fmla v8.4s, v17.4s, v13.s[1]                ; 2812AD4F
ldur q21, [x6, 96]                          ; D500C63C
fmla v10.4s, v17.4s, v14.s[1]               ; 2A12AE4F
fmla v7.4s, v18.4s, v12.s[1]                ; 4712AC4F
fmla v9.4s, v18.4s, v13.s[1]                ; 4912AD4F
ldur q22, [x6, 112]                         ; D600C73C
fmla v11.4s, v18.4s, v14.s[1]               ; 4B12AE4F
.word 0xF98020E2
fmla v0.4s, v19.4s, v12.s[2]                ; 601A8C4F
fmla v2.4s, v19.4s, v13.s[2]                ; 621A8D4F
fmla v4.4s, v19.4s, v14.s[2]                ; 641A8E4F
fmla v1.4s, v20.4s, v12.s[2]                ; 811A8C4F
fmla v3.4s, v20.4s, v13.s[2]                ; 831A8D4F
fmla v5.4s, v20.4s, v14.s[2]                ; 851A8E4F
.word 0xF98040E2
add x7, x7, 192                             ; E7000391
.word 0xF98200A2
fmla v6.4s, v21.4s, v12.s[3]                ; A61AAC4F
fmla v8.4s, v21.4s, v13.s[3]                ; A81AAD4F
fmla v10.4s, v21.4s, v14.s[3]               ; AA1AAE4F
fmla v7.4s, v22.4s, v12.s[3]                ; C71AAC4F
fmla v9.4s, v22.4s, v13.s[3]                ; C91AAD4F
fmla v11.4s, v22.4s, v14.s[3]               ; CB1AAE4F
subs x3, x3, 1                              ; 630400F1
b.ne L3                                     ; 41FAFF54
L4:
ldr x7, [x0, 32]                            ; 071040F9
fadd v0.4s, v0.4s, v6.4s                    ; 00D4264E
fadd v1.4s, v1.4s, v7.4s                    ; 21D4274E
fadd v2.4s, v2.4s, v8.4s                    ; 42D4284E
fadd v3.4s, v3.4s, v9.4s                    ; 63D4294E
fadd v4.4s, v4.4s, v10.4s                   ; 84D42A4E
fadd v5.4s, v5.4s, v11.4s                   ; A5D42B4E
ldr x5, [x0, 56]                            ; 051C40F9
tst x5, 1                                   ; BF0040F2
b.eq L5                                     ; 00000054
ldur q12, [x7]                              ; EC00C03C
ldr q13, [x7, 4096]                         ; ED00C43D
ldur q14, [x7, 16]                          ; EE00C13C
ldr q15, [x7, 4112]                         ; EF04C43D
ldur q16, [x7, 32]                          ; F000C23C
ldr q17, [x7, 4128]                         ; F108C43D
fadd v0.4s, v0.4s, v12.4s                   ; 00D42C4E
fadd v1.4s, v1.4s, v13.4s                   ; 21D42D4E
fadd v2.4s, v2.4s, v14.4s                   ; 42D42E4E
fadd v3.4s, v3.4s, v15.4s                   ; 63D42F4E
fadd v4.4s, v4.4s, v16.4s                   ; 84D4304E
fadd v5.4s, v5.4s, v17.4s                   ; A5D4314E
L5:
tst x5, 2                                   ; BF007FF2
b.eq L6                                     ; 00000054
L6:
str q0, [x7]                                ; E000803D
str q2, [x7, 16]                            ; E204803D
str q4, [x7, 32]                            ; E408803D
str q1, [x7, 4096]                          ; E100843D
str q3, [x7, 4112]                          ; E304843D
str q5, [x7, 4128]                          ; E508843D
ldp d8, d9, [sp]                            ; E827406D
ldp d10, d11, [sp, 16]                      ; EA2F416D
ldp d12, d13, [sp, 32]                      ; EC37426D
ldp d14, d15, [sp, 48]                      ; EE3F436D
add sp, sp, 64                              ; FF030191
ret x30                                     ; C0035FD6

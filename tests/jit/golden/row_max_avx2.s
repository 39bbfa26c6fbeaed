mov rsi, [rdi]                              ; 488B37
mov r11, [rdi+32]                           ; 4C8B5F20
mov r8, [rdi+64]                            ; 4C8B4740
L0:
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
mov eax, 4286578688                         ; B8000080FF
vmovd xmm0, eax                             ; C5F96EC0
vbroadcastss ymm0, xmm0                     ; C4E27D18C0
vmovaps ymm1, ymm0                          ; C5FC28C8
vmovaps ymm2, ymm0                          ; C5FC28D0
vmovaps ymm3, ymm0                          ; C5FC28D8
test rcx, rcx                               ; 4885C9
jz L2                                       ; 0F84........
L1:
movsxd r9, dword ptr [rdx]                  ; 4C630A
add r9, rsi                                 ; 4901F1
add rdx, 8                                  ; 4883C208
vcmpps ymm4, ymm0, ymm0, 3                  ; C5FCC2E003
vmaxps ymm0, ymm0, ymmword ptr [r9+32]      ; C4C17C5F4120
vorps ymm0, ymm0, ymm4                      ; C5FC56C4
vcmpps ymm5, ymm1, ymm1, 3                  ; C5F4C2E903
vmaxps ymm1, ymm1, ymmword ptr [r9+64]      ; C4C1745F4940
vorps ymm1, ymm1, ymm5                      ; C5F456CD
vcmpps ymm6, ymm2, ymm2, 3                  ; C5ECC2F203
vmaxps ymm2, ymm2, ymmword ptr [r9+96]      ; C4C16C5F5160
vorps ymm2, ymm2, ymm6                      ; C5EC56D6
vcmpps ymm7, ymm3, ymm3, 3                  ; C5E4C2FB03
vmaxps ymm3, ymm3, ymmword ptr [r9+128]     ; C4C1645F9980000000
vorps ymm3, ymm3, ymm7                      ; C5E456DF
sub rcx, 1                                  ; 4883E901
short jnz L1                                ; 75B1
L2:
vmovaps ymm15, ymm0                         ; C57C28F8
vcmpps ymm4, ymm15, ymm15, 3                ; C4C104C2E703
vmaxps ymm15, ymm15, ymm1                   ; C5045FF9
vorps ymm15, ymm15, ymm4                    ; C50456FC
vmovups [r11], ymm15                        ; C4417C113B
vmovaps ymm15, ymm1                         ; C57C28F9
vcmpps ymm4, ymm15, ymm15, 3                ; C4C104C2E703
vmaxps ymm15, ymm15, ymm2                   ; C5045FFA
vorps ymm15, ymm15, ymm4                    ; C50456FC
vcmpps ymm4, ymm15, ymm15, 3                ; C4C104C2E703
vmaxps ymm15, ymm15, ymm3                   ; C5045FFB
vorps ymm15, ymm15, ymm4                    ; C50456FC
vmovups [r11+32], ymm15                     ; C4417C117B20
add rsi, 256                                ; 4881C600010000
add r11, 256                                ; 4981C300010000
sub r8, 1                                   ; 4983E801
jnz L0                                      ; 0F8531FFFFFF
vzeroupper                                  ; C5F877
ret                                         ; C3

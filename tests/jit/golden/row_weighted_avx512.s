mov rsi, [rdi]                              ; 488B37
mov r11, [rdi+32]                           ; 4C8B5F20
mov r8, [rdi+64]                            ; 4C8B4740
L0:
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
mov r9, [rdi+40]                            ; 4C8B4F28
vmovups zmm0, [r9]                          ; 62D17C481001
vmovaps zmm1, zmm0                          ; 62F17C4828C8
test rcx, rcx                               ; 4885C9
jz L2                                       ; 0F84........
L1:
mov r10, [rdi+24]                           ; 4C8B5718
movsxd r9, dword ptr [rdx+4]                ; 4C634A04
add r10, r9                                 ; 4D01CA
movsxd r9, dword ptr [rdx]                  ; 4C630A
add r9, rsi                                 ; 4901F1
add rdx, 8                                  ; 4883C208
vmovups zmm2, [r10]                         ; 62D17C481012
vmovups zmm3, [r10+64]                      ; 62D17C48105A01
vmovups zmm4, [r10+128]                     ; 62D17C48106202
vmovups zmm5, [r9+64]                       ; 62D17C48106901
vmovups zmm6, [r9+128]                      ; 62D17C48107102
vmovups zmm7, [r9+192]                      ; 62D17C48107903
vmovups zmm8, [r9+256]                      ; 62517C48104104
vfmadd231ps zmm1, zmm2, zmm6                ; 62F26D48B8CE
vfmadd231ps zmm0, zmm3, zmm5                ; 62F26548B8C5
vfmadd231ps zmm1, zmm3, zmm7                ; 62F26548B8CF
vfmadd231ps zmm0, zmm4, zmm6                ; 62F25D48B8C6
vfmadd231ps zmm1, zmm4, zmm8                ; 62D25D48B8C8
sub rcx, 1                                  ; 4883E901
short jnz L1                                ; 7597
L2:
vmovups [r11], zmm0                         ; 62D17C481103
vmovups [r11+64], zmm1                      ; 62D17C48114B01
add rsi, 512                                ; 4881C600020000
add r11, 512                                ; 4981C300020000
sub r8, 1                                   ; 4983E801
jnz L0                                      ; 0F8551FFFFFF
vzeroupper                                  ; C5F877
ret                                         ; C3
